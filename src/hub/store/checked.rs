//! Values with a version byte and a checksum over tree, key and value, so that a value in the wrong place is noticed too.

use super::{StoreError, Tree};

const VERSION: u8 = 1;

fn checksum(tree: Tree, key: &[u8], value: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[VERSION, tree as u8]);
    crc.update(&(key.len() as u64).to_be_bytes());
    crc.update(key);
    crc.update(value);
    crc.finalize().to_be_bytes()
}

pub(super) fn seal(tree: Tree, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + 5);
    sealed.push(VERSION);
    sealed.extend_from_slice(&checksum(tree, key, value));
    sealed.extend_from_slice(value);
    sealed
}

pub(super) fn unseal(tree: Tree, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (head, value) = sealed.split_at_checked(5).ok_or(StoreError::Damaged(tree.name()))?;
    if head[0] != VERSION || head[1..] != checksum(tree, key, value) {
        return Err(StoreError::Damaged(tree.name()));
    }
    Ok(value.to_vec())
}
