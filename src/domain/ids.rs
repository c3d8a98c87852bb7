//! Identifiers. Every id prints as the word people see (`C-001`, `FR-002`, `G-03`) and serialises as that string.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr, sync::Arc};

/// A text that is not a valid identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {expected}")]
pub struct IdError {
    pub text: String,
    pub expected: &'static str,
}

macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $width:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{:0width$}"), self.0, width = $width)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let bad = || IdError { text: text.chars().take(80).collect(), expected: $expected };
                let digits = text.trim().strip_prefix(concat!($prefix, "-")).ok_or_else(bad)?;
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(bad());
                }
                digits.parse().map($name).map_err(|_| bad())
            }
        }
        string_serde!($name);
    };
}

macro_rules! string_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

numbered_id!(/// An immutable numbered span of the requirement or of an amendment.
    ClauseId, "C", 3, "a clause id such as C-001");
numbered_id!(/// A choice made by a persona or a person.
    DecisionId, "D", 3, "a decision id such as D-001");
numbered_id!(/// An open question answered with a default.
    AssumptionId, "A", 3, "an assumption id such as A-001");
numbered_id!(/// The record of one command that G1 executed.
    EvidenceId, "E", 3, "an evidence id such as E-001");
numbered_id!(/// A point where a person (or the recorded policy) decides.
    GateId, "G", 2, "a gate id such as G-01");

/// Whether an interpretation is about behaviour or about a quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterpretationKind {
    Functional,
    NonFunctional,
}

/// What a persona understands clauses to demand: `FR-001` or `NFR-001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterpretationId {
    pub kind: InterpretationKind,
    pub number: u32,
}

impl fmt::Display for InterpretationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.kind {
            InterpretationKind::Functional => "FR",
            InterpretationKind::NonFunctional => "NFR",
        };
        write!(f, "{prefix}-{:03}", self.number)
    }
}
impl FromStr for InterpretationId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError { text: text.chars().take(80).collect(), expected: "an interpretation id such as FR-001" };
        let (prefix, digits) = text.trim().split_once('-').ok_or_else(bad)?;
        let kind = match prefix {
            "FR" => InterpretationKind::Functional,
            "NFR" => InterpretationKind::NonFunctional,
            _ => return Err(bad()),
        };
        let number = digits.parse().map_err(|_| bad())?;
        Ok(Self { kind, number })
    }
}
string_serde!(InterpretationId);

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// # Errors
            /// The text is empty, longer than 64 bytes or has a character other than `a-z 0-9 - _ :`.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | ':');
                if text.is_empty() || text.len() > 64 || !text.chars().all(ok) {
                    return Err(IdError { text: text.chars().take(80).collect(), expected: $expected });
                }
                Ok(Self(text.into()))
            }
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
        string_serde!($name);
    };
}

name_id!(/// A step of the plan: `understand`, `plan`, `design`, `build:workouts`, `test:workouts`, `verify`.
    StepId, "a step id such as build:workouts (a-z 0-9 - _ :)");
name_id!(/// A persona, the stem of its file in `personas/`.
    PersonaId, "a persona id such as business-analyst");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_and_parse_as_people_see_them() {
        assert_eq!(ClauseId(7).to_string(), "C-007");
        assert_eq!(GateId(3).to_string(), "G-03");
        assert_eq!("C-1234".parse(), Ok(ClauseId(1234)));
        let fr: InterpretationId = "NFR-012".parse().unwrap();
        assert_eq!(fr.to_string(), "NFR-012");
        assert_eq!(serde_json::to_string(&fr).unwrap(), "\"NFR-012\"");
    }

    #[test]
    fn what_is_not_an_id_is_refused_with_the_text() {
        for bad in ["", "C-", "C1", "D-001", "C-+1", "C- 1", "C-99999999999"] {
            assert!(bad.parse::<ClauseId>().is_err(), "{bad}");
        }
        assert!(StepId::new("build/../x").is_err());
        assert!("FR-x".parse::<InterpretationId>().unwrap_err().to_string().contains("FR-x"));
    }
}
