//! Who adds or changes records by a word that names nobody this text knows.

use super::super::chunk::Np;
use super::super::draft::Draft;
use super::super::lexicon::{verbs::Class, words};
use super::super::sentence::{Pred, Sentence};
use super::Broken;
use super::rights::{Act, acts, holders, main_preds, span, told};

/// `The office enters children.`: who that is must be known, or somebody else does it in their place.
pub fn unknown(d: &Draft, s: &Sentence) -> Option<Broken> {
    if !d.has_users() {
        return None;
    }
    for (pred, np) in main_preds(s).filter_map(|pred| Some((pred, somebody(d, pred)?))) {
        let own = |a: &&Act| a.field.is_none() && d.entities[a.e].entity.clauses.contains(&s.id);
        if let Some(act) = acts(d, pred).iter().find(own)
            && let Some((who, _)) = holders(d, act).first()
        {
            let built = format!("who “the {}” is, is not known; {} can {}", np.name(), d.word_for(who), told(d, act));
            return Some(Broken::new(span(pred), built));
        }
    }
    None
}

/// Whether a sentence says that somebody unknown adds these records: then they are added by nobody whom it does not name.
#[must_use]
pub fn adds(d: &Draft, e: usize) -> bool {
    let makes = |pred: &Pred| {
        // `The ATM must provide services`, `The output file lists matches`: a program
        let may = matches!(pred.verb.modal.as_deref(), None | Some("can" | "may")) && !pred.verb.infinitive;
        let person = somebody(d, pred).is_some_and(|np| np.nouns.is_empty());
        let adds = matches!(pred.verb.class, Class::Create | Class::Manage) && may && person;
        adds && pred.objects.iter().any(|np| d.find(&np.name()) == Some(e) || d.find(&np.head) == Some(e))
    };
    d.sentences.iter().filter(|s| !s.heading).flat_map(main_preds).any(makes)
}

/// The one who does it, where the text knows nobody by that word.
fn somebody<'p>(d: &Draft, pred: &'p Pred) -> Option<&'p Np> {
    let [np] = &pred.subject[..] else { return None };
    let named = np.pronoun.is_none() && np.det.as_deref() == Some("the") && !np.plural && np.of.is_none();
    let nobody = d.who(np).is_none() && d.entity_of(np).is_none() && !words::system_noun(&np.head);
    let house = super::super::background::HOUSES.contains(&np.head.as_str());
    let changes = matches!(pred.verb.class, Class::Create | Class::Update | Class::Delete | Class::Manage);
    let says = changes && !pred.verb.negated && !pred.verb.passive;
    (named && nobody && !house && says).then_some(np)
}
