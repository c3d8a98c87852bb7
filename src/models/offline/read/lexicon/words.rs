//! Closed word classes and words that carry no demand of their own.

macro_rules! word_list {
    ($(#[$doc:meta])* $name:ident, $list:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(word: &str) -> bool {
            static SET: std::sync::OnceLock<std::collections::HashSet<&'static str>> = std::sync::OnceLock::new();
            SET.get_or_init(|| $list.split_whitespace().collect()).contains(word)
        }
    };
}

word_list!(
    determiner,
    "a an the this that these those each every all any some no another both either neither own such other certain several many few most"
);
word_list!(possessive, "my your his her its our their");
word_list!(
    pronoun,
    "i you he she it we they them him me us someone somebody anyone anybody everyone everybody nobody one ones who whoever itself himself herself themselves themself himself it's none others"
);
word_list!(
    preposition,
    "of in on at by for with from to into onto about over under between among per within without through during towards toward against via after before until since upon across along around behind beside besides beyond except like near off out than as above below"
);
word_list!(conjunction, "and or but nor & plus");
word_list!(subordinator, "if when whenever while because unless although though whereas whether once so where");
word_list!(modal, "can could may might must shall should will would cannot");
word_list!(be, "be is are was were been being am");
word_list!(
    adverb,
    "not also only alone just then ahead beforehand too very more most less least at-least there here now later again always never ever often once directly easily quickly immediately automatically together already still yet even well back away online first last next twice manually securely efficiently currently additionally furthermore moreover however therefore thus instead otherwise simply especially anytime anymore please"
);

word_list!(
    /// Adjectives, where the ending does not give them away.
    adjective,
    "negative positive blank future-proof new old open good bad best better big small large high low long short fast slow easy hard simple clear clean nice free full empty \
     different same similar various single multiple double specific general certain main major minor important urgent available upcoming \
     past present future current recent late latest early previous next last first second third own existing valid invalid correct wrong \
     public private internal external personal individual unique common separate additional further extra special normal regular standard \
     premium basic advanced modern secure safe quick efficient reliable intuitive responsive interactive detailed complete whole entire total \
     overall daily weekly monthly yearly annual digital electronic physical local global foreign social medical financial legal technical incoming outgoing \
     popular favorite related relevant necessary required optional mandatory possible impossible able unable ready active inactive busy \
     signed-in logged-in older newer oldest newest highest lowest lower higher larger smaller shorter longer cheap expensive true false accurate own anonymous \
     human real virtual online offline mobile responsible suitable visible customizable comprehensive friendly user-friendly easy-to-use \
     upcoming outstanding overdue pending unread unpaid sold-out read-only potential preferred monetary numeric textual visual"
);

word_list!(
    /// The thing being built itself, or a part of its surface: no record behind it.
    system_noun,
    "system website site web application app software platform program programme page webpage homepage screen interface ui gui \
     dashboard portal solution module functionality feature function option button form menu tab panel section area view \
     window field column row table database backend frontend server client browser computer pc phone smartphone desktop tablet \
     internet network api url overview list index catalog catalogue directory register registry history log search result results \
     navigation link account login profile password credential authentication authorization registration sign-up signup signin \
     information data detail details content way process experience ability capability possibility access right permission role user-interface \
     purpose manner case example requirement specification developer mvp version release \
     stuff type kind sort set number amount total count variety range collection lot overview-page summary record \
     crud basis operation action activity-log functionality technology environment language framework storage file-menu engine"
);

word_list!(
    /// Words that may stay unused in a demand without changing what it asks for.
    light,
    "able possible easily easy quickly quick new existing own various all each every any different system website web site application app \
     software platform page pages screen user-interface interface ui information details detail data list lists overview form forms \
     section area view table database record records entry please need needs want wants like would should must shall can could may \
     will also only just then there here very directly simply following below above using use used via way well etc etc. \
     example e.g. i.e. such be is are was were been being have has had having do does did it its they them their this that these those \
     which who whom whose what how and or but not no with without within of in on at by for from to into as when while if so than \
     one ones i we you he she us our your my his her other others another both either some several multiple many certain specific \
     basic simple incoming medium-sized full complete overall general respective corresponding relevant available-to online digital electronic \
     allow allows allowed let lets enable enables enabled provide provides provided offer offers offered support supports supported feature \
     features functionality functionalities function functions ability capability option options possibility include includes including \
     included contain contains ensure make makes made get gets give gives given develop create build implement design designed \
     up out at-least about per together time-to-time always user users people person central centralized efficiently effectively manage \
     where keep keeps able-to want-to easy-to-use user-friendly modern small little self entire desired given necessary needed \
     clicking click clicks press selecting currently already later again first-of-all signed-in logged-in anytime anymore within accordingly respectively additionally \
     furthermore moreover however therefore thus both between among whenever wherever themselves himself herself itself lot set sets"
);

word_list!(
    /// What whoever removes or corrects a record sees in it: no property of the record.
    judged,
    "inappropriate abusive offensive unwanted irrelevant outdated obsolete unsuitable rude erroneous incorrect wrong faulty"
);

word_list!(
    /// English words that hardly occur in other languages' texts: the measure of the language gate.
    english,
    "the a an of to and in is are that for with as on by be or this can it must should shall not from at which user users will have has \
     their they who may only each all when if i want my so build create website app application system software where no our any into \
     than do does it's used using between more one two there its we you your"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_classes_hold_what_they_say() {
        assert!(determiner("each") && possessive("their") && modal("cannot") && preposition("towards"));
        assert!(system_noun("website") && !system_noun("invoice"));
        assert!(light("able") && !light("csv"));
    }
}
