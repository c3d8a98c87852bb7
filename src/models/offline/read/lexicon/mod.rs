//! The lexicon: general business English. Nothing here knows any particular requirement.

pub mod nouns;
pub mod verbs;
pub mod words;

pub const SENDS_NOTHING: &str =
    "the offline engine builds applications that send no messages (e-mail, SMS, push, reminders)";
pub const NO_PAYMENT: &str = "the offline engine builds no payment processing";
pub const NO_UPLOAD: &str = "the offline engine builds no upload, import or storage of files";
pub const NO_DEVICES: &str =
    "the offline engine builds nothing that drives scanners, printers, cameras or other devices";
pub const NO_ANALYSIS: &str = "the offline engine builds no recommendations, predictions or other analysis of data";
pub const NO_GRAPHICS: &str =
    "the offline engine builds lists, forms and tables, no charts, maps, calendars or drawings";
pub const NO_INTEGRATION: &str = "the offline engine builds no connection to outside services";
pub const NO_REALTIME: &str = "the offline engine builds no live, streaming or chat features";
pub const NO_OPERATIONS: &str =
    "the offline engine does nothing about operations (backup, deployment, encryption at rest)";
pub const NO_NATIVE: &str = "the offline engine builds web applications, no mobile or desktop programs";
pub const NO_JUDGEMENT: &str =
    "how good this is only people can judge; no test that the offline engine writes can show it";
pub const NOT_UNDERSTOOD: &str = "the offline engine's rules did not understand these words; a model (-m) may";
/// Why a sentence in another language is a gap.
pub const FOREIGN: &str = "the offline engine reads English only; a model (-m) may read these words";
