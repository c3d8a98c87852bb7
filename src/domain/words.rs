//! Names and texts as words.

/// The words of a text or a name, in lower case, names of code taken apart: `clientSecret-2` is `client`, `secret`, `2`.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in text.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_code_are_taken_apart() {
        assert_eq!(words("clientSecret-2 and send_mail"), ["client", "secret", "2", "and", "send", "mail"]);
        assert!(words(" --").is_empty());
    }
}
