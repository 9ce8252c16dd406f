"""How a user goes: the same on both planes."""

from domostate.emulator.errors import bad_request
from domostate.emulator.store.database import Database
from domostate.emulator.store.groups import forget_principal, touch_reached
from domostate.emulator.store.people import User, keep_an_admin


def remove_user(db: Database, user: User) -> None:
    """Delete a user with everything that lets them in; their name is remembered.

    Refused while they own datasets (platform §7, a text that Domo has removed since; that the
    Product plane refuses too is a GUESS).
    """
    owned = "SELECT 1 FROM datasets WHERE owner_type='USER' AND owner_id=? AND deleted=0"
    if db.one(owned, user.id):
        raise bad_request(f"User {user.id} owns DataSets.")
    touch_reached(db, "USER", user.id)
    forget_principal(db, "USER", user.id)
    db.run("DELETE FROM group_owners WHERE type='USER' AND owner_id=?", user.id)
    for table in ("tokens", "sessions", "clients"):
        db.run(f"DELETE FROM {table} WHERE user_id=?", user.id)
    db.run("UPDATE users SET deleted=1, active=0 WHERE id=?", user.id)
    keep_an_admin(db)
