"""What nobody does with what is their own."""

from app import rights
from app.database import quote


class NotOwn:
    """Whoever a record is of, or whom it names, does not do this with it: an operation, giving a field one of some values
    (`sets`), or making a record that refers to one of theirs (a path over a reference). `who`: it binds only these."""

    def __init__(self, operation, message, *paths, sets=None, who=()):
        self.operation = operation
        self.message = message
        self.names = [path for path in paths if "." not in path]
        self.links = [path.split(".") for path in paths if "." in path]
        self.sets = sets
        self.who = who

    def binds(self, account):
        return account is not None and (not self.who or any(rights.holds(account, who) for who in self.who))

    def is_own(self, account, record):
        return any(record.get(name) == account.id for name in self.names)

    def guard(self, change):
        account, old, new = change.account, change.old, change.new
        if not self.binds(account):
            return None
        if any(change.changes(link) and self.refers(change, link, name) for link, name in self.links):
            return self.message
        if not self.is_meant(change):
            return None
        # a new record is of whoever makes it
        new = {**new, "owner_id": account.id} if old is None else new
        return self.message if any(self.is_own(account, record) for record in (old, new) if record) else None

    def is_meant(self, change):
        if self.sets is None:
            return change.operation == self.operation
        name, values = self.sets
        return change.new is not None and change.changes(name) and change.new.get(name) in values

    def refers(self, change, link, name):
        """Whether what the changed record refers to is of the account."""
        field = change.entity.field(link)
        parent = change.app.registry.entity(field.entity) if field is not None and change.new is not None else None
        if parent is None or not (parent.owned if name == "owner_id" else parent.field(name)):
            return False
        sql = "SELECT %s FROM %s WHERE id = ?" % (quote(name), quote(parent.plural))
        return change.db.value(sql, [change.new.get(link)]) == change.account.id

    # What pages do not offer

    def keeps_from(self, account, record, operation):
        """Whether the account does not do it with this record at all."""
        return self.sets is None and self.operation == operation and self.binds(account) and self.is_own(account, record)

    def withheld(self, account, record, name):
        """The values that the account does not give this field of the record, or of a new one that has none yet."""
        if self.sets is None or self.sets[0] != name or not self.binds(account):
            return ()
        return self.sets[1] if not record or self.is_own(account, record) else ()

    def refused(self, account, link, record):
        """Whether the account makes none of these that refer to that record."""
        return self.binds(account) and any(one == link and record.get(name) == account.id for one, name in self.links)
