//! What a test asserts, its helpers included.

use std::ops::BitOr;

/// Whether there are assertions that say what is so, and such that only say what is not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Asserted {
    pub states: bool,
    pub denies: bool,
}

impl Asserted {
    pub const NOTHING: Self = Self { states: false, denies: false };

    /// By one assertion.
    #[must_use]
    pub fn by(denies: bool) -> Self {
        Self { states: !denies, denies }
    }

    #[must_use]
    pub fn anything(self) -> bool {
        self.states || self.denies
    }

    /// Nothing is said but what is not so, as of a product that has ended.
    #[must_use]
    pub fn only_denies(self) -> bool {
        self.denies && !self.states
    }

    /// With what others assert, who are asked as long as they could change something.
    #[must_use]
    pub fn and(self, others: impl IntoIterator<Item = Self>) -> Self {
        let mut all = self;
        let mut others = others.into_iter();
        while !all.states
            && let Some(other) = others.next()
        {
            all = all | other;
        }
        all
    }
}

impl BitOr for Asserted {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self { states: self.states || other.states, denies: self.denies || other.denies }
    }
}
