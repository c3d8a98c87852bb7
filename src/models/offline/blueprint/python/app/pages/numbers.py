def mount(app):
    return None
