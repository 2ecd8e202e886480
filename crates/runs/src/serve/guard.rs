//! Which requests are answered at all.
//!
//! The pages show a user's files, so only pages of this very server may ask. A page from elsewhere that
//! is open in the same browser can send requests here: it is known by its `Origin`, or, where its
//! name was made to lead to this machine (DNS rebinding), by the `Host` that the browser asks for.

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};

/// The largest body of a request, in bytes.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// Names of this machine for itself.
const OURS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: StatusCode,
    /// What was wrong and what is expected.
    pub reason: &'static str,
}

const fn refusal(status: StatusCode, reason: &'static str) -> Refusal {
    Refusal { status, reason }
}

/// Looks at everything but the body.
///
/// # Errors
/// Why the request is not answered.
pub(super) fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = one(headers, HOST.as_str()).filter(|host| is_ours(host)).ok_or(refusal(
        StatusCode::FORBIDDEN,
        "this server answers only to 127.0.0.1, localhost and [::1]; the request asks for another host",
    ))?;
    // A request to a proxy names the host once more.
    if uri.authority().is_some_and(|authority| authority.as_str() != host) {
        return Err(refusal(StatusCode::FORBIDDEN, "this server is no proxy"));
    }
    if headers.contains_key(ORIGIN) {
        let ours = one(headers, ORIGIN.as_str()).and_then(|origin| origin.strip_prefix("http://"));
        if ours != Some(host) {
            return Err(refusal(
                StatusCode::FORBIDDEN,
                "the request comes from a page of another server",
            ));
        }
    }
    match *method {
        Method::GET | Method::HEAD => Ok(()),
        Method::POST => check_type(headers).and_then(|()| check_length(headers)),
        _ => Err(refusal(StatusCode::METHOD_NOT_ALLOWED, "expected GET, HEAD or POST")),
    }
}

/// A form of another page can send text, but not JSON.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let found = one(headers, CONTENT_TYPE.as_str());
    let essence = found.and_then(|found| found.split(';').next()).map(str::trim);
    match essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        true => Ok(()),
        false => Err(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected a body with Content-Type: application/json",
        )),
    }
}

/// Before a byte of the body is read; one of no stated length is cut where it becomes too long.
fn check_length(headers: &HeaderMap) -> Result<(), Refusal> {
    let length = one(headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    match length.is_some_and(|length: usize| length > MAX_BODY) {
        true => Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "expected a body of at most 64 KiB")),
        false => Ok(()),
    }
}

/// The value of a header that is there once, and is text.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(value)
}

/// Whether a `Host` is a name of this machine for itself, at any port.
fn is_ours(host: &str) -> bool {
    OURS.iter().any(|ours| {
        let rest = host.get(..ours.len()).filter(|name| name.eq_ignore_ascii_case(ours));
        let port = rest.map(|_| &host[ours.len()..]);
        port.is_some_and(|port| match port.strip_prefix(':') {
            Some(port) => port.parse::<u16>().is_ok() && port.bytes().all(|b| b.is_ascii_digit()),
            None => port.is_empty(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<(), u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = name.parse::<axum::http::HeaderName>().unwrap();
            map.append(name, value.parse().unwrap());
        }
        check(&method.parse().unwrap(), &uri.parse().unwrap(), &map)
            .map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn only_names_of_this_machine_for_itself_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LocalHost", "[::1]:65535"] {
            assert_eq!(asked("GET", "/", &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "",
            ":80",
            "example.org",
            "127.0.0.1.example.org",
            "localhost.example.org:80",
            "127.0.0.2",
            "127.0.0.1:",
            "127.0.0.1:+80",
            "127.0.0.1:99999",
            "user@127.0.0.1",
            "127.0.0.1 ",
            "[::1",
            "0.0.0.0",
            "2130706433",
            "[::ffff:127.0.0.1]",
        ] {
            assert_eq!(asked("GET", "/", &[("host", host)]), Err(403), "{host}");
        }
        assert_eq!(asked("GET", "/", &[]), Err(403));
        assert_eq!(asked("GET", "/", &[("host", "localhost"), ("host", "localhost")]), Err(403));
        let proxied = [("host", "127.0.0.1")];
        assert_eq!(asked("GET", "http://example.org/", &proxied), Err(403));
        assert_eq!(asked("GET", "http://127.0.0.1/", &proxied), Ok(()));
    }

    #[test]
    fn a_page_of_another_server_is_refused_by_its_origin() {
        let from =
            |origin: &str| asked("GET", "/", &[("host", "localhost:80"), ("origin", origin)]);
        assert_eq!(from("http://localhost:80"), Ok(()));
        for origin in
            ["null", "", "http://localhost", "http://localhost:81", "https://localhost:80"]
        {
            assert_eq!(from(origin), Err(403), "{origin}");
        }
        let both = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "null")];
        assert_eq!(asked("GET", "/", &both), Err(403));
    }

    #[test]
    fn methods_and_types_that_nobody_needs_are_refused() {
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "NONSENSE"] {
            assert_eq!(asked(method, "/", &[("host", "localhost")]), Err(405), "{method}");
        }
        let typed =
            |kind: &str| asked("POST", "/", &[("host", "localhost"), ("content-type", kind)]);
        assert_eq!(typed("application/json"), Ok(()));
        assert_eq!(typed("Application/JSON; charset=utf-8"), Ok(()));
        for kind in ["text/plain", "application/jsonp", "application/x-www-form-urlencoded", ""] {
            assert_eq!(typed(kind), Err(415), "{kind}");
        }
        assert_eq!(asked("POST", "/", &[("host", "localhost")]), Err(415));
        for (length, expected) in [("65536", Ok(())), ("65537", Err(413))] {
            let json = ("content-type", "application/json");
            let sized = [("host", "localhost"), json, ("content-length", length)];
            assert_eq!(asked("POST", "/", &sized), expected);
        }
    }
}
