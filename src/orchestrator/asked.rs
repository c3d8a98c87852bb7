//! What a persona is asked once about what it made: names and words alone say these of it, so they refuse nothing for good.

use crate::domain::{
    reply::ReplyKind,
    run::{Check, RunSettings},
};

/// What a persona is asked once about what it made.
pub(super) struct Asked {
    /// Who is asked, by what it makes.
    pub of: ReplyKind,
    /// The check that finds it.
    pub check: &'static str,
    /// What it finds one of.
    pub thing: &'static str,
    /// What to do.
    pub advice: &'static str,
}

impl Asked {
    /// Whether a run asks this: one that was begun before there was the question keeps its course.
    pub fn goes_back(&self, settings: &RunSettings) -> bool {
        match self.check {
            Check::UNNOTICED => settings.untested_goes_back && !settings.is_offline(),
            Check::EFFECTS | Check::WAYS => settings.untested_goes_back,
            _ => settings.unused_goes_back,
        }
    }

    /// Whether what stays so is in doubt. Code that no test notices leaves its clause unproven, and the trace says why.
    pub fn is_doubted(&self) -> bool {
        self.check != Check::UNNOTICED
    }
}

pub(super) const ALL: [Asked; 11] = [
    Asked {
        of: ReplyKind::Build,
        check: Check::UNUSED,
        thing: "link",
        advice: "to code that nothing in the product seems to call. Link what the product really runs, or have it call this. Where \
                 something calls it that names cannot show, keep it and say in `notes` what does",
    },
    Asked {
        of: ReplyKind::Build,
        check: Check::AWARE,
        thing: "place",
        advice: "where the product looks at what runs it, as code that answers otherwise to a test would. Leave that out. Where \
                 the product needs it, keep it and say in `notes` what for",
    },
    Asked {
        of: ReplyKind::Build,
        check: Check::UNCHANGED,
        thing: "clause",
        advice: "for which nothing was changed. Build what is asked for and link that. Where the software does it already, keep \
                 the link and say in `notes` how it does",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::INSIDE,
        thing: "clause",
        advice: "whose tests run the code in their own process and ask no product. Start it as `run` does, ask it, link those tests. Where that \
                 cannot show it, keep them and say in `notes` why",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::DENIES,
        thing: "clause",
        advice: "whose tests say only what is not so, which is true of a product that gives no answer, too. Assert what it answers and \
                 what is there afterwards. Where nothing else can be said, keep them and say in `notes` why",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::LIMITS,
        thing: "limit",
        advice: "that its tests do not try on both sides. Try the last value that is allowed and the first that is not, at every way \
                 in. Where it is tried otherwise, keep the tests and say in `notes` how",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::REFUSALS,
        thing: "act",
        advice: "left to some people of which its tests show no refusal. Try it as somebody who may not, at every way in, and \
                 that nothing was done. Where it is refused otherwise, keep the tests and say in `notes` how",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::EFFECTS,
        thing: "act",
        advice: "of which its tests see the answer alone. Look afterwards whether it was done, and try limits where a thing is changed \
                 as where it is added. Where it is shown otherwise, keep the tests and say in `notes` how",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::WAYS,
        thing: "way in",
        advice: "that its tests never take, so what it lets people do is not known. Ask it as who may and as who may not, with what \
                 is allowed and what is not. Where it is no way in, keep the tests and say in `notes` what it is",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::UNNOTICED,
        thing: "range",
        advice: "of linked code that does nothing its tests would notice. Assert what it does for the clause. Where the clause does \
                 not need it, name the link in `faults`; where no test can show it, keep the tests: the clause is then not proven",
    },
    Asked {
        of: ReplyKind::Test,
        check: Check::OLD_CHANGED,
        thing: "old test",
        advice: "changed without a word. Where a clause asks for what it refused, say in `notes` which. Where none does, leave it as \
                 it was and name in `faults` what the code breaks",
    },
];
