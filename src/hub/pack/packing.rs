//! How clauses are divided among pages. The order of the document is kept, and the pages are evenly full, wherever that
//! takes no more pages than the clauses fill. Where it would, a page takes clauses from a little further on to be full.

use std::collections::BTreeSet;

/// The next page, as positions in the sizes that are left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct First {
    pub here: Vec<usize>,
    /// Pages that are needed, this one included.
    pub pages: u32,
}

/// How far ahead a page looks for clauses that fill it: what is read together stays near.
const AHEAD: usize = 128;
/// With more pages than this one more of them costs little, and finding a way around it much.
const MANY: u32 = 100;
/// How many pages are tried to be filled in all, besides one for each: the last ones may not fit together at first.
const TRIES: u32 = 50;

/// The first of as few pages of at most `room` as can be found; a size above the room has a page of its own.
pub(super) fn first(sizes: &[u32], room: u32) -> First {
    let ordered = pages(sizes, room);
    let all: u64 = sizes.iter().map(|s| u64::from(*s)).sum();
    let fewest = u32::try_from(all.div_ceil(u64::from(room.max(1)))).unwrap_or(u32::MAX);
    let counts = if fewest > MANY { ordered..ordered } else { fewest..ordered };
    for pages in counts {
        if let Some(here) = tight(sizes, room, pages) {
            return First { here, pages };
        }
    }
    let cap = even(sizes, room, ordered);
    First { here: (0..fill(sizes, cap)).collect(), pages: ordered }
}

/// The first of exactly so many pages, if a way to fill them is found in [`TRIES`].
fn tight(sizes: &[u32], room: u32, pages: u32) -> Option<Vec<usize>> {
    divided(sizes, room, pages, &mut (TRIES + pages))
}

/// The first page of so many, if the others can be filled with what it leaves.
fn divided(sizes: &[u32], room: u32, pages: u32, tries: &mut u32) -> Option<Vec<usize>> {
    let Some(after) = pages.checked_sub(1) else { return sizes.is_empty().then(Vec::new) };
    *tries = tries.checked_sub(1)?;
    let all: u64 = sizes.iter().map(|s| u64::from(*s)).sum();
    let least = u32::try_from(all.saturating_sub(u64::from(after) * u64::from(room))).ok()?;
    filled(sizes, least, room, |here| {
        let mut taken = here.iter().peekable();
        let left = (0..sizes.len()).filter(|at| taken.next_if(|t| *t == at).is_none()).map(|at| sizes[at]);
        let rest = divided(&left.collect::<Vec<u32>>(), room, after, tries);
        (rest.is_some() || *tries > 0).then_some(rest.is_some())
    })
}

/// The longest beginning that, with sizes from a little further on, comes to at least `least` and at most `room`, and
/// that is `good`; none when that gives up.
fn filled(sizes: &[u32], least: u32, room: u32, mut good: impl FnMut(&[usize]) -> Option<bool>) -> Option<Vec<usize>> {
    let mut kept = fill(sizes, room);
    let mut used: u32 = sizes[..kept].iter().fold(0, |sum, size| sum.saturating_add(*size));
    if used > room {
        // One that is larger than a page.
        let here: Vec<usize> = (0..kept).collect();
        return (used >= least && good(&here)?).then_some(here);
    }
    // For every sum that the sizes ahead come to, the one that was added last to reach it.
    let mut by: Vec<Option<usize>> = vec![None; room as usize + 1];
    for ahead in kept..sizes.len().min(kept + AHEAD) {
        reach(&mut by, sizes, ahead);
    }
    let mut tried = BTreeSet::new();
    loop {
        for sum in (least.saturating_sub(used)..=room - used).rev() {
            if sum > 0 && by[sum as usize].is_none() {
                continue;
            }
            let here = with_sum(kept, sum, &by, sizes);
            if tried.insert(here.clone()) && good(&here)? {
                return Some(here);
            }
        }
        kept = kept.checked_sub(1)?;
        used -= sizes[kept];
        reach(&mut by, sizes, kept);
    }
}

/// The beginning and those further on that come to `sum`.
fn with_sum(kept: usize, mut sum: u32, by: &[Option<usize>], sizes: &[u32]) -> Vec<usize> {
    let mut here: Vec<usize> = (0..kept).collect();
    while let Some(last) = by[sum as usize].filter(|_| sum > 0) {
        here.push(last);
        sum -= sizes[last];
    }
    here.sort_unstable();
    here
}

/// Adds one size to what sums can be reached. A sum once reached is not reached again, so that each way uses a size once.
fn reach(by: &mut [Option<usize>], sizes: &[u32], at: usize) {
    let size = sizes[at] as usize;
    for sum in (size.max(1)..by.len()).rev() {
        if by[sum].is_none() && (sum == size || by[sum - size].is_some()) {
            by[sum] = Some(at);
        }
    }
}

/// How many of the first sizes fit into `room`; one at least, however large.
pub(super) fn fill(sizes: &[u32], room: u32) -> usize {
    let mut used = 0_u32;
    let fits = sizes.iter().take_while(|size| {
        used = used.saturating_add(**size);
        used <= room
    });
    fits.count().max(1).min(sizes.len())
}

fn pages(sizes: &[u32], room: u32) -> u32 {
    let (mut at, mut count) = (0, 0);
    while at < sizes.len() {
        at += fill(&sizes[at..], room);
        count += 1;
    }
    count
}

/// The smallest room that takes no more than so many pages in order.
fn even(sizes: &[u32], room: u32, fewest: u32) -> u32 {
    let (mut low, mut high) = (0, room);
    while low < high {
        let middle = low + (high - low) / 2;
        if pages(sizes, middle) <= fewest { high = middle } else { low = middle + 1 }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pages, and how many each of them said were to come.
    fn divide(sizes: &[u32], room: u32) -> (Vec<Vec<usize>>, Vec<u32>) {
        let mut left: Vec<usize> = (0..sizes.len()).collect();
        let (mut pages, mut told) = (Vec::new(), Vec::new());
        while !left.is_empty() {
            let rest: Vec<u32> = left.iter().map(|at| sizes[*at]).collect();
            let page = first(&rest, room);
            told.push(page.pages);
            pages.push(page.here.iter().map(|at| left[*at]).collect());
            left = left.iter().enumerate().filter(|(n, _)| !page.here.contains(n)).map(|(_, at)| *at).collect();
        }
        (pages, told)
    }

    #[test]
    fn pages_stay_in_order_while_that_costs_none() {
        let (pages, told) = divide(&[3, 3, 3, 3, 3, 3], 7);
        assert_eq!(pages, [[0, 1], [2, 3], [4, 5]]);
        assert_eq!(told, [3, 2, 1]);
    }

    #[test]
    fn a_page_reaches_ahead_when_order_would_cost_one_more() {
        // In order: 6 | 5 4 | 5: three pages for twenty tokens.
        let (pages, told) = divide(&[6, 5, 4, 5], 10);
        assert_eq!(pages, [vec![0, 2], vec![1, 3]]);
        assert_eq!(told, [2, 1]);
    }

    #[test]
    fn what_is_larger_than_a_page_stands_alone() {
        let (pages, _) = divide(&[2, 30, 2], 10);
        assert_eq!(pages.concat().len(), 3);
        assert!(pages.contains(&vec![1]), "{pages:?}");
    }

    proptest::proptest! {
        #[test]
        fn everything_is_on_one_page_and_no_more_pages_come_than_were_told(
            sizes in proptest::collection::vec(0u32..60, 0..90),
            room in 1u32..300,
        ) {
            let (pages, told) = divide(&sizes, room);
            let mut all = pages.concat();
            all.sort_unstable();
            proptest::prop_assert_eq!(all, (0..sizes.len()).collect::<Vec<_>>());
            for page in pages.iter().filter(|p| p.len() > 1) {
                proptest::prop_assert!(page.iter().map(|at| sizes[*at]).sum::<u32>() <= room);
            }
            for (number, told) in told.iter().enumerate() {
                proptest::prop_assert!(pages.len() - number <= *told as usize);
            }
        }

        #[test]
        fn small_clauses_fill_their_pages(
            sizes in proptest::collection::vec(4u32..60, 40..200),
            pages in 2u32..8,
        ) {
            // As little room as the pages can do with, and two tokens each.
            let all: u32 = sizes.iter().sum();
            let room = all.div_ceil(pages) + 2;
            proptest::prop_assert_eq!(divide(&sizes, room).0.len() as u32, all.div_ceil(room));
        }
    }
}
