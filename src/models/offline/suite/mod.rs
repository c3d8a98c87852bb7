//! AppSpec → a `unittest` suite through HTTP, module by module, with links from clauses to tests.
//!
//! What the suite relies on of the application that `blueprint` writes, beyond the web contract of the design:
//!
//! - `from app.server import make_server`; `make_server(port)` gives an HTTP server bound to 127.0.0.1 (0: any free port)
//!   with `server_address` and `serve_forever()`; it reads `APP_DATA_DIR` when called. HTTP/1.1, keep-alive.
//! - `POST /api/users` (operationId `signUp`) with `email` or `user_name`, `password` and profile fields → 201 with the
//!   account (`id`, `roles`, never the password). `POST /api/sessions` (`logIn`) → 200 or 201 with `token`, and a cookie.
//!   `GET /api/me`, `PUT /api/me` (profile), `PUT /api/me/password {"old_password","new_password"}`.
//!   Whoever may grant roles (the first account): `PUT /api/users/{id}/roles {"roles": [...]}`.
//! - Lists answer `{"items": [...], "total": n, "page": n, "per_page": n}`; `?page=`, `?per_page=` (up to 100).
//! - POST answers 201 with the record, PUT 200 with the record (fields left out stay as they are), DELETE 204.
//! - An invalid body answers 422 (400 for broken JSON) with `{"error": text, "fields": {"<field>": text}}`.
//! - `<entity>_grants`: `POST {"user_id"}` → 201 with `id`; DELETE takes it back. `<entity>_changes`: `<entity>_id`,
//!   `user_id`, `at`, `action`. Totals: `{"count": n, "<measure>": sum, "groups": [{"value", "count", "<measure>"}]}`.
//! - Pages: `/<plural>` (list), `/<plural>/new`, `/<plural>/{id}`, `/sign-up`, `/log-in`; labels as in the spec.

#[allow(dead_code)]
mod python;
