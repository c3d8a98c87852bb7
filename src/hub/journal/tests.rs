use super::*;
use crate::domain::{Clean, event::Event};

fn envelopes(from: u64, n: u64) -> Vec<Envelope> {
    (from..from + n)
        .map(|seq| Envelope {
            seq,
            at: jiff::Timestamp::UNIX_EPOCH,
            v: EVENT_VERSION,
            event: Event::Said { step: None, speaker: Clean::new("g1"), text: Clean::new(&format!("line {seq}")) },
        })
        .collect()
}

fn journal(n: u64) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let mut journal = Journal::create(&path).unwrap();
    journal.append(&envelopes(1, n), true).unwrap();
    (dir, path)
}

#[test]
fn what_is_appended_is_read_back() {
    let (_dir, path) = journal(3);
    let first = scan(&path, None).unwrap();
    let (mut journal, aside) = Journal::open(&path, &first).unwrap();
    assert_eq!(aside, None);
    journal.append(&envelopes(4, 2), false).unwrap();
    journal.sync().unwrap();
    let all = scan(&path, None).unwrap();
    assert_eq!(all.envelopes, envelopes(1, 5));
    assert_eq!(all.head, journal.head());
    let tail = scan(&path, Some(first.head)).unwrap();
    assert_eq!(tail.envelopes, envelopes(4, 2));
    assert!(matches(&path, &first.head));
}

#[test]
fn a_file_cut_at_any_byte_loses_only_the_record_that_was_cut() {
    let (dir, path) = journal(4);
    let whole = fs::read(&path).unwrap();
    let ends: Vec<u64> = (1..=4)
        .map(|n| {
            let (_d, p) = journal(n);
            fs::metadata(p).unwrap().len()
        })
        .collect();
    for cut in MIN_LEN..whole.len() as u64 {
        let path = dir.path().join("cut");
        fs::write(&path, &whole[..usize::try_from(cut).unwrap()]).unwrap();
        let found = scan(&path, None).unwrap();
        let kept = ends.iter().filter(|end| **end <= cut).count() as u64;
        assert_eq!(found.envelopes, envelopes(1, kept), "cut at {cut}");
        let (mut journal, aside) = Journal::open(&path, &found).unwrap();
        assert_eq!(aside.is_some(), found.torn > 0);
        if let Some(aside) = aside {
            assert_eq!(fs::metadata(&aside).unwrap().len(), found.torn, "nothing of it is lost");
            fs::remove_file(aside).unwrap();
        }
        journal.append(&envelopes(kept + 1, 1), true).unwrap();
        assert_eq!(scan(&path, None).unwrap().envelopes, envelopes(1, kept + 1));
    }
}

#[test]
fn a_flipped_byte_anywhere_is_noticed_and_named() {
    let (dir, path) = journal(4);
    let whole = fs::read(&path).unwrap();
    let last = scan(&path, None).unwrap().head.start;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        let path = dir.path().join("flipped");
        fs::write(&path, &bytes).unwrap();
        match scan(&path, None) {
            Err(HubError::Damaged { offset, .. }) => assert!(offset <= at as u64 && (at as u64) < last, "byte {at}"),
            // Nothing valid follows the last record: it cannot be told from a torn one. The head kept outside tells.
            Ok(found) => {
                assert!(at as u64 >= last, "byte {at}");
                assert_eq!(found.envelopes, envelopes(1, 3));
                assert!(found.torn > 0);
            }
            Err(e) => panic!("{e}"),
        }
    }
}

#[test]
fn a_removed_swapped_or_repeated_record_breaks_the_chain() {
    let (dir, path) = journal(3);
    let whole = fs::read(&path).unwrap();
    let found = scan(&path, None).unwrap();
    let mut starts = vec![MIN_LEN];
    for n in 1..=3 {
        let (_d, p) = journal(n);
        starts.push(fs::metadata(p).unwrap().len());
    }
    let part = |n: usize| &whole[usize::try_from(starts[n]).unwrap()..usize::try_from(starts[n + 1]).unwrap()];
    let magic = &whole[..usize::try_from(MIN_LEN).unwrap()];
    for order in [[0, 2].as_slice(), &[1, 0, 2], &[0, 1, 1, 2], &[1, 2]] {
        let mut bytes = magic.to_vec();
        order.iter().for_each(|n| bytes.extend_from_slice(part(*n)));
        let path = dir.path().join("reordered");
        fs::write(&path, bytes).unwrap();
        assert!(matches!(scan(&path, None), Err(HubError::Damaged { .. })), "{order:?}");
    }
    assert_eq!(found.envelopes.len(), 3);
}

#[test]
fn zeros_after_a_power_cut_are_a_torn_tail() {
    let (_dir, path) = journal(2);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(&[0; 4096]);
    fs::write(&path, bytes).unwrap();
    let found = scan(&path, None).unwrap();
    assert_eq!((found.envelopes.len(), found.torn), (2, 4096));
}

#[test]
fn a_record_of_a_newer_version_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let mut bytes = MAGIC.to_vec();
    let newer = br#"{"seq":1,"at":"2026-01-01T00:00:00Z","v":999,"type":"unheard_of"}"#;
    record::encode(1, &record::first_link(), newer, &mut bytes);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(scan(&path, None), Err(HubError::Newer { seq: 1, version: 999 })));
}

#[test]
fn a_reader_sees_whole_records_while_the_writer_is_in_the_middle_of_one() {
    let (dir, path) = journal(2);
    let mut bytes = fs::read(&path).unwrap();
    let mut next = Vec::new();
    let head = scan(&path, None).unwrap().head;
    record::encode(3, &head.link, &record::payload(&envelopes(3, 1)[0]), &mut next);
    for part in 1..next.len() {
        let path = dir.path().join("live");
        bytes.truncate(usize::try_from(head.end).unwrap());
        bytes.extend_from_slice(&next[..part]);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(scan(&path, None).unwrap().envelopes.len(), 2);
    }
}
