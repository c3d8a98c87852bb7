"""Finds the modules and keeps what they declare."""

import importlib
import pkgutil

from app import modules, settings


class Registry:
    """Every kind of record and every extra route, in a fixed order."""

    def __init__(self):
        self.entities = []
        self.totals = []
        names = sorted(item.name for item in pkgutil.iter_modules(modules.__path__))
        for name in names:
            module = importlib.import_module("app.modules." + name)
            self.entities.extend(getattr(module, "COLLECTIONS", ()))
            self.totals.extend(getattr(module, "TOTALS", ()))
        order = {name: position for position, name in enumerate(settings.ORDER)}
        self.entities.sort(key=lambda entity: order.get(entity.name, len(order)))
        self.by_name = {entity.name: entity for entity in self.entities}

    def entity(self, name):
        return self.by_name.get(name)

    def referring_to(self, entity):
        """Pairs of (entity, field) that refer to this kind of record."""
        return [
            (other, field)
            for other in self.entities
            for field in other.fields
            if field.kind == "reference" and field.entity == entity.name
        ]
