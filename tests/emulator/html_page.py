"""Reading a page as a browser would, and holding it to what every page must be."""

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "base", "source", "embed"})
OURS = frozenset({
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "nav", "p", "ul", "li",
    "main", "footer", "h1", "h2", "dl", "dt", "dd", "form", "label", "input", "button", "span",
    "div", "bdi", "code", "table", "caption", "thead", "tbody", "tr", "th", "td",
})  # fmt: skip
"""Every tag that the templates use; another one came out of a name."""
ATTRIBUTES = frozenset({
    "lang", "charset", "name", "content", "rel", "href", "class", "id", "aria-label",
    "aria-current", "tabindex", "method", "role", "for", "type", "value", "maxlength",
    "autocomplete", "checked", "scope", "data-label",
})  # fmt: skip


@dataclass
class Element:
    """A tag with what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What one reads, its white space collapsed."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> list[str]:
        found = []
        for one in self.inside:
            found += [one] if isinstance(one, str) else one._texts()
        # A block begins a line.
        return [" ", *found, " "] if self.tag in ("li", "div", "td", "th") else found

    def all(self, tag: str) -> list["Element"]:
        """Every element of that tag in it, in order."""
        found = []
        for one in self.inside:
            if isinstance(one, Element):
                found += [one] if one.tag == tag else []
                found += one.all(tag)
        return found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


class Page:
    """One answer, parsed; every page that a test reads is held to `_check` on the way."""

    def __init__(self, reply: Any) -> None:
        assert reply.headers["content-type"] == "text/html; charset=utf-8", reply.text
        self.url: str = reply.url
        self.status: int = reply.status_code
        self.html: str = reply.content.decode()
        self.policy: str = reply.headers["content-security-policy"]
        tree = _Tree()
        tree.feed(self.html)
        tree.close()
        assert tree.open == [tree.root], "something is left open"
        self.root = tree.root
        _check(self)

    @property
    def text(self) -> str:
        return self.root.all("body")[0].text

    @property
    def title(self) -> str:
        return self.root.all("title")[0].text

    @property
    def links(self) -> list[str]:
        """Where the links lead, as whole URLs without fragments."""
        return [urljoin(self.url, one.attributes["href"]).partition("#")[0] for one in self._links]

    @property
    def _links(self) -> list[Element]:
        return self.root.all("a")

    def link(self, text: str) -> str:
        """Where the first link of that text leads."""
        found = next(one for one in self._links if one.text == text)
        return urljoin(self.url, found.attributes["href"])

    def table(self, caption: str) -> list[dict[str, str]]:
        """The lines of the table whose caption begins so, each cell under its title."""
        found = next(
            one for one in self.root.all("table") if one.all("caption")[0].text.startswith(caption)
        )
        titles = [one.text for one in found.all("thead")[0].all("th")]
        lines = found.all("tbody")[0].all("tr")
        return [
            dict(zip(titles, [cell.text for cell in _cells(one)], strict=True)) for one in lines
        ]

    def fact(self, name: str) -> str:
        """What the list of facts says."""
        names = [one.text for one in self.root.all("dt")]
        return self.root.all("dd")[names.index(name)].text

    @property
    def asked(self) -> str:
        """What the search field holds."""
        inputs = self.root.all("input")
        return next(one.attributes["value"] for one in inputs if one.attributes["name"] == "q")


def _cells(line: Element) -> list[Element]:
    return [one for one in line.inside if isinstance(one, Element)]


def _check(page: Page) -> None:
    """What holds of every page."""
    everything = _all(page.root)
    assert {one.tag for one in everything} <= OURS
    assert {name for one in everything for name in one.attributes} <= ATTRIBUTES
    _check_nothing_from_outside(page)
    _check_only_our_style_counts(page)
    _check_nothing_acts_in_texts(page)
    _check_it_can_be_read_by_all(page)


def _all(found: Element) -> list[Element]:
    inside = [one for one in found.inside if isinstance(one, Element)]
    return [one for direct in inside for one in (direct, *_all(direct))]


def _check_nothing_from_outside(page: Page) -> None:
    here = urlsplit(page.url)
    for one in _all(page.root):
        target = one.attributes.get("href")
        if target == "data:,":  # an icon of nothing, lest a browser ask for one
            continue
        if target is not None:
            led = urlsplit(urljoin(page.url, target))
            assert (led.scheme, led.netloc) == (here.scheme, here.netloc), target
            assert not urlsplit(target).scheme
            assert not target.startswith("/"), "only relative links hold below an instance"
    assert not re.search(r"url\(|@import|https?:", page.root.all("style")[0].text)


def _check_only_our_style_counts(page: Page) -> None:
    (style,) = page.root.all("style")
    digest = base64.b64encode(hashlib.sha256("".join(style._texts()).encode()).digest()).decode()
    rules = [one.split() for one in page.policy.split(";")]
    assert ["default-src", "'none'"] in rules
    assert ["style-src", f"'sha256-{digest}'"] in rules
    assert not [one for one in rules if one[0].startswith("script")]


def _check_nothing_acts_in_texts(page: Page) -> None:
    """No control, no turn of direction, nothing that cannot be seen, but in the search field."""
    shown = page.html
    if page.root.all("input"):
        shown = re.sub(r'name="q" value="[^"]*"', "", shown)
    odd = {one for one in shown if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert odd <= {"\n"}


def _check_it_can_be_read_by_all(page: Page) -> None:
    root = page.root
    assert root.all("html")[0].attributes["lang"] == "en"
    assert "width=device-width" in [m.attributes.get("content", "") for m in root.all("meta")][1]
    assert page.title
    assert len(root.all("h1")) == 1
    ids = [one.attributes["id"] for one in _all(root) if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    within = [one.attributes["href"][1:] for one in root.all("a") if _is_within(one)]
    assert within[0] == "main"  # the skip link
    assert set(within) <= set(ids)
    labelled = {one.attributes["for"] for one in root.all("label")}
    assert {one.attributes["id"] for one in root.all("input")} == labelled
    assert all(one.text for one in root.all("a"))
    for table in root.all("table"):
        assert table.all("caption")[0].text
        assert {one.attributes["scope"] for one in table.all("th")} == {"col", "row"}


def _is_within(link: Element) -> bool:
    return link.attributes["href"].startswith("#")
