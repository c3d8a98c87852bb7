//! The pause that a server asks for.

use std::time::Duration;

/// `Retry-After` as seconds or as a date.
pub(super) fn in_header(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        // A pause that no clock can tell is longer than any that is waited for.
        let too_long = (seconds > 0.0).then_some(Duration::MAX);
        return Duration::try_from_secs_f64(seconds).ok().or(too_long);
    }
    let at = jiff::fmt::rfc2822::parse(value.trim()).ok()?.timestamp();
    let wait = at.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}

/// The pause that the words of an error ask for, where no header does: Gemini's `"retryDelay": "38s"`, OpenAI's `Please try again
/// in 1m6.5s`.
pub(super) fn in_words(body: &str) -> Option<Duration> {
    const SAID: [&str; 3] = ["retrydelay", "try again in ", "retry in "];
    // `ms` before `m` and `s`
    const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
    let body = body.to_lowercase();
    let (_, behind) = SAID.iter().find_map(|said| body.split_once(said))?;
    let mut rest = behind.trim_start_matches(['"', ':', ' ', '\\']);
    let mut seconds = None;
    while let Some(end) = rest.find(|c: char| !c.is_ascii_digit() && c != '.') {
        let (number, behind) = rest.split_at(end);
        let unit = UNITS.iter().find_map(|(unit, factor)| Some((behind.strip_prefix(unit)?, factor)));
        let (Ok(number), Some((behind, factor))) = (number.parse::<f64>(), unit) else { break };
        seconds = Some(seconds.unwrap_or(0.0) + number * factor);
        rest = behind;
    }
    Duration::try_from_secs_f64(seconds?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        assert_eq!(in_header("2"), Some(Duration::from_secs(2)));
        assert_eq!(in_header(" 0.5 "), Some(Duration::from_millis(500)));
        assert_eq!(in_header("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(in_header("Thu, 31 Dec 2099 23:59:59 GMT").unwrap() > Duration::from_secs(1_000_000));
        assert_eq!([in_header("1e308"), in_header("inf")], [Some(Duration::MAX); 2]);
        assert_eq!([in_header("-3"), in_header("nan")], [None; 2]);
        assert_eq!(in_header("soon"), None);
    }

    #[test]
    fn a_pause_that_only_the_words_of_an_error_ask_for_is_read() {
        for (body, wait) in [
            (
                r#"{"error":{"details":[{"@type":"RetryInfo","retryDelay": "38s"}],"message":"Please retry in 38.2s."}}"#,
                38.0,
            ),
            (
                r#"{"error":{"message":"Rate limit reached … on tokens per min (TPM). Please try again in 6.5s. Visit …"}}"#,
                6.5,
            ),
            (r#"{"error":{"message":"Please try again in 1m6s."}}"#, 66.0),
            (r#"{"error":{"message":"Please try again in 120ms."}}"#, 0.12),
        ] {
            assert_eq!(in_words(body), Some(Duration::from_secs_f64(wait)), "{body}");
        }
        for body in
            ["", "Please try again in a moment.", r#"{"retryDelay":null}"#, "try again in 5 attempts", "retry in 6"]
        {
            assert_eq!(in_words(body), None, "{body}");
        }
    }
}
