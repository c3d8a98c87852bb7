//! What goes over the pipes of the store's helper: lengths and bytes, nothing to negotiate, since both ends are the same
//! program.

use super::{Pairs, Store, StoreError, Tree};
use std::io::{self, ErrorKind, Read, Write};

/// No value of the store is larger; a length above it means that the other end is not what it should be.
const MOST: u32 = 1 << 30;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Get(Tree, Vec<u8>),
    Put(Tree, Vec<u8>, Vec<u8>),
    Remove(Tree, Vec<u8>),
    All(Tree),
    Clear(Tree),
    Flush,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Value(Vec<u8>),
    Pairs(Pairs),
    Failed(StoreError),
}

fn odd(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).ok().filter(|n| *n <= MOST).ok_or_else(|| odd("a value is too large"))?;
    out.write_all(&len.to_le_bytes())?;
    out.write_all(bytes)
}

fn read_u32(input: &mut impl Read) -> io::Result<u32> {
    let mut n = [0; 4];
    input.read_exact(&mut n)?;
    Ok(u32::from_le_bytes(n)).and_then(|n| if n <= MOST { Ok(n) } else { Err(odd("a length is too large")) })
}

fn read_bytes(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let len = read_u32(input)?;
    let mut bytes = Vec::new();
    let read = input.take(len.into()).read_to_end(&mut bytes)?;
    if read == len as usize { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn tree_of(byte: u8) -> io::Result<Tree> {
    Tree::ALL.into_iter().find(|t| *t as u8 == byte).ok_or_else(|| odd("there is no such tree"))
}

impl Request {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let none = Tree::Meta;
        let (op, tree, parts): (u8, Tree, [&[u8]; 2]) = match self {
            Self::Get(tree, key) => (0, *tree, [key, &[]]),
            Self::Put(tree, key, value) => (1, *tree, [key, value]),
            Self::Remove(tree, key) => (2, *tree, [key, &[]]),
            Self::All(tree) => (3, *tree, [&[], &[]]),
            Self::Clear(tree) => (4, *tree, [&[], &[]]),
            Self::Flush => (5, none, [&[], &[]]),
        };
        out.write_all(&[op, tree as u8])?;
        parts.into_iter().try_for_each(|part| write_bytes(out, part))
    }

    /// `None` at the end of the input.
    pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut op = [0; 1];
        if input.read(&mut op)? == 0 {
            return Ok(None);
        }
        let mut tree = [0; 1];
        input.read_exact(&mut tree)?;
        let (tree, key, value) = (tree_of(tree[0])?, read_bytes(input)?, read_bytes(input)?);
        Ok(Some(match op[0] {
            0 => Self::Get(tree, key),
            1 => Self::Put(tree, key, value),
            2 => Self::Remove(tree, key),
            3 => Self::All(tree),
            4 => Self::Clear(tree),
            5 => Self::Flush,
            _ => return Err(odd("there is no such request")),
        }))
    }

    pub(super) fn carry_out(&self, store: &impl Store) -> Answer {
        let done = |result: Result<(), StoreError>| result.map(|()| Answer::Done);
        let result = match self {
            Self::Get(tree, key) => store.get(*tree, key).map(|value| value.map_or(Answer::Done, Answer::Value)),
            Self::Put(tree, key, value) => done(store.put(*tree, key, value)),
            Self::Remove(tree, key) => done(store.remove(*tree, key)),
            Self::All(tree) => store.all(*tree).map(Answer::Pairs),
            Self::Clear(tree) => done(store.clear(*tree)),
            Self::Flush => done(store.flush()),
        };
        result.unwrap_or_else(Answer::Failed)
    }
}

impl Answer {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Done => out.write_all(&[0]),
            Self::Value(value) => {
                out.write_all(&[1])?;
                write_bytes(out, value)
            }
            Self::Pairs(pairs) => {
                out.write_all(&[2])?;
                out.write_all(&u32::try_from(pairs.len()).map_err(|_| odd("too many values"))?.to_le_bytes())?;
                pairs.iter().try_for_each(|(key, value)| {
                    write_bytes(out, key)?;
                    write_bytes(out, value)
                })
            }
            Self::Failed(StoreError::Engine(why)) => {
                out.write_all(&[3])?;
                write_bytes(out, why.as_bytes())
            }
            Self::Failed(StoreError::Damaged(tree)) => {
                let tree = Tree::ALL.into_iter().find(|t| t.name() == *tree).unwrap_or(Tree::Meta);
                out.write_all(&[4, tree as u8])
            }
        }
    }

    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut kind = [0; 1];
        input.read_exact(&mut kind)?;
        Ok(match kind[0] {
            0 => Self::Done,
            1 => Self::Value(read_bytes(input)?),
            2 => {
                let pairs = (0..read_u32(input)?).map(|_| Ok((read_bytes(input)?, read_bytes(input)?)));
                Self::Pairs(pairs.collect::<io::Result<_>>()?)
            }
            3 => Self::Failed(StoreError::Engine(String::from_utf8_lossy(&read_bytes(input)?).into_owned())),
            4 => {
                input.read_exact(&mut kind)?;
                Self::Failed(StoreError::Damaged(tree_of(kind[0])?.name()))
            }
            _ => return Err(odd("there is no such answer")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::store::MemoryStore;
    use proptest::prelude::*;

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..40)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(key in bytes(), value in bytes(), which in 0_usize..4, why in "\\PC{0,20}") {
            let tree = Tree::ALL[which];
            let requests = [
                Request::Get(tree, key.clone()), Request::Put(tree, key.clone(), value.clone()),
                Request::Remove(tree, key.clone()), Request::All(tree), Request::Clear(tree),
            ];
            let mut wire = Vec::new();
            requests.iter().try_for_each(|r| r.write(&mut wire)).unwrap();
            let mut input = wire.as_slice();
            for request in &requests {
                let read = Request::read(&mut input).unwrap();
                prop_assert_eq!(read.as_ref(), Some(request));
            }
            prop_assert_eq!(Request::read(&mut input).unwrap(), None);
            let answers = [
                Answer::Done, Answer::Value(value.clone()), Answer::Pairs(vec![(key, value)]),
                Answer::Failed(StoreError::Engine(why)), Answer::Failed(StoreError::Damaged(tree.name())),
            ];
            let mut wire = Vec::new();
            answers.iter().try_for_each(|a| a.write(&mut wire)).unwrap();
            let mut input = wire.as_slice();
            for answer in &answers {
                prop_assert_eq!(&Answer::read(&mut input).unwrap(), answer);
            }
        }

        #[test]
        fn bytes_of_somebody_else_are_refused_in_bounded_memory(noise in bytes()) {
            let _ = Request::read(&mut noise.as_slice());
            let _ = Answer::read(&mut noise.as_slice());
        }
    }

    #[test]
    fn requests_do_what_the_store_does() {
        let store = MemoryStore::default();
        let put = Request::Put(Tree::Calls, b"k".to_vec(), b"v".to_vec());
        assert_eq!(put.carry_out(&store), Answer::Done);
        assert_eq!(Request::Get(Tree::Calls, b"k".to_vec()).carry_out(&store), Answer::Value(b"v".to_vec()));
        assert_eq!(Request::Get(Tree::Meta, b"k".to_vec()).carry_out(&store), Answer::Done);
        assert_eq!(Request::All(Tree::Calls).carry_out(&store), Answer::Pairs(vec![(b"k".to_vec(), b"v".to_vec())]));
    }
}
