//! Reading a running application: its description and every page that a visitor and a signed-in user can get to.

use super::Text;
use crate::evidence::{
    EvidenceError,
    http::{self, Response},
};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

pub(super) const DESCRIPTION: &str = "openapi.json";
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_PAGES: usize = 80;
/// The crawl ends after this, whatever is left.
const WHOLE: Duration = Duration::from_secs(60);

/// # Errors
/// Cancelled. What cannot be read is left out.
pub(super) async fn everything(port: u16, cancel: &CancellationToken) -> Result<Vec<Text>, EvidenceError> {
    tokio::select! {
        texts = read(port) => Ok(texts),
        () = cancel.cancelled() => Err(EvidenceError::Cancelled),
    }
}

async fn read(port: u16) -> Vec<Text> {
    let mut texts = vec![];
    let description =
        get(port, "/openapi.json", &[]).await.and_then(|answer| serde_json::from_slice(&answer.body).ok());
    let description: Value = description.unwrap_or(Value::Null);
    if !description.is_null() {
        let text = serde_json::to_string_pretty(&description).unwrap_or_default();
        texts.push(Text { place: DESCRIPTION.to_owned(), text });
    }
    let deadline = tokio::time::Instant::now() + WHOLE;
    pages(port, &[], "page ", &mut texts, deadline).await;
    let signed_in = sign_in(port, &description).await;
    if !signed_in.is_empty() {
        let headers: Vec<(&str, &str)> = signed_in.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        pages(port, &headers, "page (signed in) ", &mut texts, deadline).await;
    }
    texts
}

async fn get(port: u16, path: &str, headers: &[(&str, &str)]) -> Option<Response> {
    http::send(port, "GET", path, headers, None, PATIENCE).await.ok()
}

async fn pages(
    port: u16,
    headers: &[(&str, &str)],
    place: &str,
    texts: &mut Vec<Text>,
    deadline: tokio::time::Instant,
) {
    let mut known: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    let mut queue = VecDeque::from(["/".to_owned()]);
    let mut read = 0;
    while let Some(path) = queue.pop_front() {
        if read >= MOST_PAGES || tokio::time::Instant::now() >= deadline {
            return;
        }
        let Some(answer) = get(port, &path, headers).await else { continue };
        read += 1;
        let moved = answer.header("location").map(str::to_owned).collect::<Vec<_>>();
        let html = answer.header("content-type").any(|kind| kind.contains("html"));
        let text = answer.text();
        let links = if html { links(&text) } else { vec![] };
        for link in moved.into_iter().chain(links).filter_map(|link| local(&link, &path)) {
            if known.len() < 10 * MOST_PAGES && known.insert(link.clone()) {
                queue.push_back(link);
            }
        }
        if html {
            texts.push(Text { place: format!("{place}{path}"), text });
        }
    }
}

/// The targets of links and forms, in any quotes.
fn links(html: &str) -> Vec<String> {
    let mut found = vec![];
    for attribute in ["href=", "action="] {
        for (at, _) in html.match_indices(attribute) {
            let rest = &html[at + attribute.len()..];
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            let rest = &rest[quote.map_or(0, char::len_utf8)..];
            let end =
                rest.find(|c: char| quote.map_or(c.is_whitespace() || c == '>', |q| c == q)).unwrap_or(rest.len());
            found.push(rest[..end].replace("&amp;", "&"));
        }
    }
    found
}

/// A path on the same server that is safe to get: not another host, and nothing that signs out.
fn local(link: &str, from: &str) -> Option<String> {
    let link = link.split('#').next().unwrap_or_default();
    let plain = link.bytes().all(|byte| byte.is_ascii_graphic());
    if link.is_empty() || !plain || link.starts_with("//") || link.contains("://") || link.len() > 500 {
        return None;
    }
    if link.contains(':') && !link.starts_with('/') {
        return None;
    }
    let lower = link.to_lowercase();
    if ["logout", "log-out", "log_out", "signout", "sign-out", "sign_out"].iter().any(|word| lower.contains(word)) {
        return None;
    }
    if link.starts_with('/') {
        return Some(link.to_owned());
    }
    let folder = from.split('?').next()?.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(if link.starts_with('?') { format!("{}{link}", from.split('?').next()?) } else { format!("{folder}/{link}") })
}

/// Makes an account as the description says and signs in with it. Headers for further requests; none when that fails.
async fn sign_in(port: u16, description: &Value) -> Vec<(String, String)> {
    let mut headers = vec![];
    let Some((path, body)) = operation(description, "signUp") else { return headers };
    let text = body.to_string();
    let _ = http::send(port, "POST", &path, &[], Some(&text), PATIENCE).await;
    let Some((path, log_in)) = operation(description, "logIn") else { return headers };
    let text = log_in.to_string();
    let Ok(answer) = http::send(port, "POST", &path, &[], Some(&text), PATIENCE).await else { return headers };
    let cookies: Vec<&str> = answer.header("set-cookie").filter_map(|cookie| cookie.split(';').next()).collect();
    let reply: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(token) = reply.get("token").and_then(Value::as_str).filter(|t| t.bytes().all(|b| b.is_ascii_graphic()))
    {
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    if !cookies.is_empty() {
        headers.push(("Cookie".to_owned(), cookies.join("; ")));
    }
    headers
}

/// The path of an operation and a body that fits its schema.
fn operation(description: &Value, id: &str) -> Option<(String, Value)> {
    let paths = description.get("paths")?.as_object()?;
    paths.iter().find_map(|(path, methods)| {
        let post = methods.get("post").filter(|post| post.get("operationId").and_then(Value::as_str) == Some(id))?;
        let schema = post.pointer("/requestBody/content/application~1json/schema").cloned().unwrap_or(Value::Null);
        Some((path.clone(), example(description, &schema, "", 0)))
    })
}

/// A value that fits a schema; the same for the same names, so that the account that was made can sign in.
fn example(description: &Value, schema: &Value, name: &str, depth: u32) -> Value {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    if depth > 8 {
        return Value::Null;
    }
    if let Some(pointer) = text("$ref").strip_prefix('#') {
        return example(description, description.pointer(pointer).unwrap_or(&Value::Null), name, depth + 1);
    }
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
        return first.clone();
    }
    let number = |key: &str| schema.get(key).and_then(Value::as_u64);
    let kind = schema.get("type").map(|kind| match kind {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
        other => other.as_str().unwrap_or_default(),
    });
    match kind.unwrap_or_default() {
        "integer" | "number" => json!(number("minimum").unwrap_or(1)),
        "boolean" => json!(true),
        "array" => json!([]),
        "string" => {
            let value = match (text("format"), name) {
                ("email", _) => "g1-search@example.com",
                ("date", _) => "2026-01-05",
                ("date-time", _) => "2026-01-05T10:00:00Z",
                ("password", _) => "G1-search-passphrase-1",
                (_, name) if name.contains("password") => "G1-search-passphrase-1",
                (_, name) if name.contains("email") => "g1-search@example.com",
                _ => "g1search",
            };
            let mut value = value.to_owned();
            while (value.len() as u64) < number("minLength").unwrap_or(0).min(200) {
                value.push('x');
            }
            let most = usize::try_from(number("maxLength").unwrap_or(200)).unwrap_or(200);
            json!(value.chars().take(most).collect::<String>())
        }
        _ => {
            let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
            let set_by_server = |schema: &Value| schema.get("readOnly").and_then(Value::as_bool) == Some(true);
            let fields: Map<String, Value> = properties
                .iter()
                .filter(|(_, schema)| !set_by_server(schema))
                .map(|(name, schema)| (name.clone(), example(description, schema, name, depth + 1)))
                .collect();
            Value::Object(fields)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_page_stay_on_the_server() {
        let html = r#"<a href="/a?x=1&amp;y=2#z"> <a href='b'> <form action=/c> <a href="https://example.com/d">
            <a href="//example.com"> <a href="mailto:x@example.com"> <a href="/logout"> <a href="?page=2">"#;
        let found: Vec<String> = links(html).iter().filter_map(|link| local(link, "/in/here?page=1")).collect();
        assert_eq!(found, ["/a?x=1&y=2", "/in/b", "/in/here?page=2", "/c"]);
    }

    #[test]
    fn a_body_is_made_from_its_schema() {
        let description = json!({
            "paths": {"/api/sign-up": {"post": {"operationId": "signUp", "requestBody": {"content": {"application/json":
                {"schema": {"$ref": "#/components/schemas/SignUp"}}}}}}},
            "components": {"schemas": {"SignUp": {"type": "object", "properties": {
                "id": {"type": "integer", "readOnly": true},
                "email": {"type": "string", "format": "email"},
                "password": {"type": "string", "minLength": 30},
                "size": {"type": ["integer", "null"], "minimum": 4},
                "colour": {"enum": ["red", "blue"]},
            }}}}
        });
        let (path, body) = operation(&description, "signUp").unwrap();
        assert_eq!(path, "/api/sign-up");
        assert_eq!(body["email"], "g1-search@example.com");
        assert_eq!(body["password"].as_str().unwrap().len(), 30);
        assert_eq!((&body["size"], &body["colour"]), (&json!(4), &json!("red")));
        assert!(body.get("id").is_none());
        assert!(operation(&description, "logIn").is_none());
        let endless = json!({"paths": {"/x": {"post": {"operationId": "logIn", "requestBody": {"content":
            {"application/json": {"schema": {"$ref": "#/a"}}}}}}}, "a": {"$ref": "#/a"}});
        assert_eq!(operation(&endless, "logIn").unwrap().1, Value::Null);
    }
}
