//! The picture of the README shows what the workbench shows.

use crate::support::picture::picture;
use std::{fs, path::Path};

#[test]
fn the_picture_of_the_readme_is_what_the_workbench_shows() {
    let made = picture();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workbench.svg");
    if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let how = "cargo run --example screens -- svg > docs/workbench.svg, and look at it";
    assert!(kept == made, "docs/workbench.svg is not what the screen shows: {how}");
}
