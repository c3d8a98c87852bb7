"""Which path and method leads to which function, and how the API description tells of it."""

from app.web import HttpError, not_found


class Operation:
    """What a client is told about a route."""

    def __init__(self, name, summary, tag, body=None, answer=None, params=(), status=200, errors=(), open_to_all=False):
        self.name = name
        self.summary = summary
        self.tag = tag
        self.body = body
        self.answer = answer
        self.params = list(params)
        self.status = status
        self.errors = list(errors)
        # For everybody: signing up and the like. Visitors may: with or without an account.
        self.open_to_all = open_to_all
        self.visitors = False
        self.media = "application/json"


class Router:
    def __init__(self):
        self.exact = {}
        self.numbered = {}
        self.described = []

    def add(self, method, pattern, handler, operation=None):
        """`pattern` may hold one {id}; the handler then gets the number, too."""
        if "{id}" in pattern:
            head, _, tail = pattern.partition("{id}")
            self.numbered.setdefault((head, tail), {})[method] = handler
        else:
            self.exact.setdefault(pattern, {})[method] = handler
        if operation is not None:
            self.described.append((method, pattern, operation))

    def find(self, path):
        """The methods of a path and what they get, or None."""
        if path in self.exact:
            return self.exact[path], ()
        for (head, tail), methods in self.numbered.items():
            middle = path[len(head) : len(path) - len(tail)]
            if path.startswith(head) and path.endswith(tail) and middle.isascii() and middle.isdigit():
                if len(head) + len(middle) + len(tail) == len(path) and len(middle) <= 18:
                    return methods, (int(middle),)
        return None

    def dispatch(self, request):
        found = self.find(request.path)
        if found is None:
            raise not_found()
        methods, arguments = found
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            names = sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})
            allow = [("Allow", ", ".join(names))]
            if method == "OPTIONS":
                raise HttpError(204, "", headers=allow)
            raise HttpError(405, "This operation does not exist.", headers=allow)
        answer = methods[method](request, *arguments)
        if answer is None:
            raise HttpError(501, "This is not there.")
        return answer
