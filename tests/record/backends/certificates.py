"""A certificate authority for the tests' own servers and callers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

__all__ = ["Authority"]


@dataclass
class Authority:
    """It signs for this machine's own address."""

    folder: Path
    _key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        signed = _about("authority", "authority", self._key.public_key())
        signed = signed.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        certificate = signed.sign(self._key, hashes.SHA256())
        Path(self.certificate).write_bytes(certificate.public_bytes(Encoding.PEM))

    @property
    def certificate(self) -> str:
        """The path of its own certificate."""
        return str(self.folder / "authority.pem")

    def issued(self, name: str) -> str:
        """The path of a certificate and its key, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        signed = _about(name, "authority", key.public_key()).add_extension(here, critical=False)
        certificate = signed.sign(self._key, hashes.SHA256())
        path = self.folder / f"{name}.pem"
        path.write_bytes(
            certificate.public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return str(path)


def _about(name: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
