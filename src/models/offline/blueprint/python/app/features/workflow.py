"""Fields that move only in certain steps."""

from app import rights


class Move:
    """A step from one of these values to another; without `who` everybody who may change the record takes it."""

    def __init__(self, old, new, *who):
        self.old = (old,) if isinstance(old, str) else tuple(old)
        self.new = new
        self.who = who


class Workflow:
    """The field starts with `initial`; without moves every change is allowed."""

    def __init__(self, field, initial, *moves):
        self.field = field
        self.initial = initial
        self.moves = moves

    def first_value(self, _entity):
        return self.field, self.initial

    def start(self, change):
        if change.new.get(self.field) is None:
            change.new[self.field] = self.initial

    def steps(self, old, new):
        return [move for move in self.moves if move.new == new and (old in move.old or not move.old)]

    def guard(self, change):
        if change.operation != "update" or not change.changes(self.field):
            return None
        steps = self.steps(change.old[self.field], change.new[self.field])
        if steps and not any(not step.who or change.by(*step.who) for step in steps):
            return "You may not set this to: %s." % change.new[self.field]
        return None

    def conflict(self, change):
        if change.operation == "create" and change.new[self.field] != self.initial:
            return "It starts as: %s." % self.initial
        if change.operation != "update" or not change.changes(self.field):
            return None
        old, new = change.old[self.field], change.new[self.field]
        if new is None or (self.moves and old is not None and not self.steps(old, new)):
            return "It cannot go from %s to %s." % (old, new or "nothing")
        return None

    def choices(self, account, entity, old):
        """What the account may choose from, for the pages."""
        values = entity.field(self.field).choices
        if old is None or not self.moves:
            return list(values)
        return [value for value in values if value == old or self.may(account, old, value)]

    def may(self, account, old, new):
        steps = self.steps(old, new)
        return any(not step.who or any(rights.holds(account, who) for who in step.who) for step in steps)
