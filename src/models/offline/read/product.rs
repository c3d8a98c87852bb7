//! The sentence that names the product: `Build a fitness tracking website with …`, `TimeWise is a schedule application that …`

use super::chunk::{Item, Np};
use super::draft::Draft;
use super::lexicon::{verbs::Class, words};
use super::sentence::Sentence;
use super::tag::Tag;

/// Takes the naming phrase as understood, and ties it to what the application is mainly about.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    if s.role.is_some() || s.preds.len() > 6 {
        return;
    }
    if si == 0
        && s.preds.is_empty()
        && s.words.first().is_some_and(|w| w.is("a") || w.is("an") || w.is("the"))
        && !d.entities.is_empty()
    {
        let plain: Vec<usize> =
            (0..s.words.len()).filter(|i| super::lexicon::nouns::unsupported(&s.words[*i].base).is_none()).collect();
        d.mark_words(si, &plain);
        if let Some(e) = super::features::main_entity(d) {
            d.touch(e, s.id);
        }
        return;
    }
    let Some((k, np)) = named(d, s, si == 0) else { return };
    let own: Vec<usize> = (np.range.start..np.head_at + 1).collect();
    d.mark_words(si, &own);
    // `a list of props`: what it is about
    if let Some((of, e)) = np.of.clone().and_then(|of| d.entity_of(&of).map(|e| (of, e))) {
        d.touch(e, s.id);
        d.mark_np(si, &of);
    }
    // the name before `:` or `is a`, and the verb
    let start: Vec<usize> = (0..np.range.start).filter(|i| s.words[*i].tag != Tag::Comma).collect();
    d.mark_words(si, &start);
    if let Some(e) = super::features::main_entity(d) {
        d.touch(e, s.id);
    }
    // `for a housing cooperative`: for whom
    if let (Some(Item::Prep(p)), Some(Item::Np(whom))) = (s.items.get(k + 1), s.items.get(k + 2))
        && s.words[*p].is("for")
    {
        match d.entity_of(whom) {
            None => d.mark(si, *p..whom.range.end),
            // `for its courses`: what it is about
            Some(e) => {
                d.touch(e, s.id);
                let whom = whom.clone();
                d.mark_np(si, &whom);
            }
        }
    }
}

/// The phrase that names the product, with its place among the sentence's items.
pub fn named<'s>(d: &Draft, s: &'s Sentence, first: bool) -> Option<(usize, &'s Np)> {
    for (k, item) in s.items.iter().enumerate() {
        let Item::Np(np) = item else { continue };
        if np.pronoun.is_some() || !names_product(np) && !(first && keeps_records(d, np)) {
            continue;
        }
        let before = k.checked_sub(1).map(|p| &s.items[p]);
        let built = match before {
            Some(Item::Vg(vg)) => {
                vg.class == Class::Be && k <= 3
                    || matches!(
                        vg.base.as_str(),
                        "build"
                            | "create"
                            | "develop"
                            | "make"
                            | "design"
                            | "need"
                            | "want"
                            | "like"
                            | "look"
                            | "implement"
                    ) && vg.range.start <= 3
            }
            Some(Item::Colon(_)) => k <= 3,
            None => true,
            _ => false,
        };
        if built && !np.det.as_deref().is_some_and(|x| x == "each" || x == "all") {
            return Some((k, np));
        }
    }
    None
}

/// The head says that the whole is meant.
fn names_product(np: &Np) -> bool {
    words::system_noun(&np.head)
        || matches!(
            np.head.as_str(),
            "tool"
                | "service"
                | "product"
                | "tracker"
                | "planner"
                | "organizer"
                | "organiser"
                | "companion"
                | "shop"
                | "store"
                | "marketplace"
                | "community"
                | "assistant"
        )
}

/// `a cellar book`: what records were kept in before there were computers, where nothing of that name is itself kept.
fn keeps_records(d: &Draft, np: &Np) -> bool {
    let keeps = matches!(
        np.head.as_str(),
        "book"
            | "diary"
            | "ledger"
            | "inventory"
            | "catalogue"
            | "catalog"
            | "log"
            | "logbook"
            | "directory"
            | "database"
    );
    keeps && !np.plural && d.entity_of(np).is_none() && !d.entities.is_empty()
}

/// `for a small business`: who will use the whole, no part of it.
pub fn audience(d: &mut Draft, si: usize, pred: &super::sentence::Pred) {
    const ORGANISATIONS: &str = "business company club association society school university museum library clinic practice office shop \
        store restaurant hotel church parish community cooperative family firm organisation organization institute department team agency \
        charity foundation village town city municipality factory workshop farm garden studio gym hospital building house plant bank council parish \
        kindergarten district region country department office space kitchen shelter brigade campus";
    let whole = |np: &super::chunk::Np| {
        ORGANISATIONS.split_whitespace().any(|w| w == np.head)
            && d.entity_of(np).is_none()
            && d.role(np).is_none()
            && !np.plural
            && !matches!(np.det.as_deref(), Some("each" | "every" | "any" | "no"))
    };
    let pps: Vec<super::sentence::Pp> = pred
        .preps
        .iter()
        .filter(|pp| matches!(pp.prep.as_str(), "for" | "at" | "in" | "within") && pp.nps.len() == 1)
        .filter(|pp| pp.nps.iter().all(&whole))
        .cloned()
        .collect();
    // `The HR department wants to manage …`: who asks for it
    let asks = pred.verb.modal.as_deref() == Some("want") && !pred.verb.negated;
    let subjects: Vec<std::ops::Range<usize>> =
        pred.subject.iter().filter(|np| asks && whole(np)).map(|np| np.range.clone()).collect();
    // `the appointments of a small clinic`
    let phrases = pred.objects.iter().chain(&pred.subject).chain(pred.preps.iter().flat_map(|pp| &pp.nps));
    let of: Vec<std::ops::Range<usize>> = phrases
        .filter_map(|np| np.of.as_deref().filter(|of| whole(of) && d.entity_of(np).is_some()))
        .map(|of| of.range.clone())
        .collect();
    for pp in pps {
        d.mark(si, pp.at..pp.nps[0].range.end);
    }
    for range in of.into_iter().chain(subjects) {
        d.mark(si, range);
    }
}
