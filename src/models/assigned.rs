//! Who answers for whom: a model for the run, others for some personas, and whom to ask when one fails.

use super::{Abilities, Model, ModelError, Request, Response};
use crate::domain::{Clean, PersonaId, clause::Clause, usage::Usage};
use futures::future::BoxFuture;
use std::{collections::BTreeMap, fmt, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The models of a run.
#[derive(Clone)]
pub struct Assigned {
    main: Arc<dyn Model>,
    personas: BTreeMap<String, Arc<dyn Model>>,
}

impl fmt::Debug for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.personas.iter().map(|(persona, model)| (persona, model.id()));
        f.debug_struct("Assigned").field("main", &self.main.id()).field("personas", &own.collect::<Vec<_>>()).finish()
    }
}

impl Assigned {
    /// One model for everybody.
    #[must_use]
    pub fn one(model: Arc<dyn Model>) -> Self {
        Self { main: model, personas: BTreeMap::new() }
    }
    #[must_use]
    pub fn new(main: Arc<dyn Model>, personas: BTreeMap<String, Arc<dyn Model>>) -> Self {
        Self { main, personas }
    }
    /// The model of the run: who answers for every persona without one of its own.
    #[must_use]
    pub fn main(&self) -> &Arc<dyn Model> {
        &self.main
    }
    /// Who answers a call that seats these personas: the model of the one that leads.
    #[must_use]
    pub fn of(&self, personas: &[PersonaId]) -> &Arc<dyn Model> {
        personas.first().and_then(|lead| self.personas.get(lead.as_str())).unwrap_or(&self.main)
    }
    /// Whether this persona has a model of its own.
    #[must_use]
    pub fn has_own(&self, persona: &str) -> bool {
        self.personas.contains_key(persona)
    }
    /// Every model, the main one first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Model>> {
        std::iter::once(&self.main).chain(self.personas.values())
    }
    /// Whether the costs of all of them are known; else whose are not.
    ///
    /// # Errors
    /// The id of the first model without a price.
    pub fn priced(&self) -> Result<(), &str> {
        self.all().find(|model| !model.has_price()).map_or(Ok(()), |model| Err(model.id()))
    }
}

/// Asks the next model when one cannot answer. It has the first one's name, so that the cache and the hub do not care
/// who is up today; the response says who answered.
pub struct Fallback {
    models: Vec<Arc<dyn Model>>,
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.models.iter().map(|model| model.id())).finish()
    }
}

impl Fallback {
    /// `first`, then the others in order. Without others it is `first` itself.
    #[must_use]
    pub fn chain(first: Arc<dyn Model>, others: Vec<Arc<dyn Model>>) -> Arc<dyn Model> {
        if others.is_empty() {
            return first;
        }
        let mut models = vec![first];
        models.extend(others);
        Arc::new(Self { models })
    }
    fn first(&self) -> &dyn Model {
        // `chain` makes no empty one.
        self.models[0].as_ref()
    }
    /// The smallest of what is known, so that a request fits whoever answers it.
    fn least(&self, of: impl Fn(&Abilities) -> Option<u32>) -> Option<u32> {
        self.models.iter().filter_map(|model| of(&model.abilities())).min()
    }
}

impl Model for Fallback {
    fn id(&self) -> &str {
        self.first().id()
    }
    fn count_tokens(&self, text: &str) -> u32 {
        self.models.iter().map(|model| model.count_tokens(text)).max().unwrap_or_default()
    }
    fn accepts(&self, clauses: &[Clause]) -> Result<(), ModelError> {
        self.first().accepts(clauses)
    }
    fn abilities(&self) -> Abilities {
        Abilities {
            context_tokens: self.least(|a| a.context_tokens),
            output_tokens: self.least(|a| a.output_tokens),
            ..self.first().abilities()
        }
    }
    fn has_price(&self) -> bool {
        self.models.iter().all(|model| model.has_price())
    }
    fn is_free(&self) -> bool {
        self.models.iter().all(|model| model.is_free())
    }
    fn worst_case(&self, request: &Request) -> Usage {
        // One answers. What others took before that is taken from it: see `call`.
        self.models.iter().map(|model| model.worst_case(request)).fold(Usage::default(), Usage::or_more)
    }
    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            let mut failed: Vec<String> = Vec::new();
            let mut last = None;
            let mut spent = Usage::default();
            for model in &self.models {
                let left = request.reserved.map(|reserved| reserved.room_after(spent));
                let bounded = left.map(|left| Request { reserved: Some(left), ..request.clone() });
                let request = bounded.as_ref().unwrap_or(request);
                let result = model.call(request, deltas.clone(), cancel.clone()).await;
                match result.map_err(|error| {
                    let (error, usage) = error.split();
                    spent += usage;
                    error
                }) {
                    Ok(mut response) => {
                        response.usage += spent;
                        if !failed.is_empty() {
                            response.by.get_or_insert_with(|| model.id().to_owned());
                        }
                        return Ok(response);
                    }
                    Err(error @ (ModelError::Provider(_) | ModelError::Key(_))) => {
                        tracing::warn!(%error, "asking the next model");
                        failed.push(error.to_string());
                        last = Some(error);
                    }
                    Err(error) => return Err(after(error, spent)),
                }
            }
            let told = Clean::from(failed.join(" Then "));
            let error = match last {
                Some(ModelError::Key(_)) => ModelError::Key(told),
                _ => ModelError::Provider(told),
            };
            Err(after(error, spent))
        })
    }
}

fn after(error: ModelError, usage: Usage) -> ModelError {
    if usage == Usage::default() { error } else { ModelError::Spent { error: Box::new(error), usage } }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Says, collect, request_of};
    use super::*;

    #[tokio::test]
    async fn the_next_model_answers_when_one_cannot_and_is_named() {
        let down = || Says::error("x/down", ModelError::Provider("x/down: no connection".into()));
        let chain = Fallback::chain(down(), vec![down(), Says::text("y/up", "{}")]);
        assert_eq!(chain.id(), "x/down");
        let (response, _) = collect(chain.as_ref(), &request_of("x/down", "design", 1, "")).await;
        assert_eq!(response.unwrap().by.as_deref(), Some("y/up"));
        let worst = chain.worst_case(&request_of("x/down", "design", 1, ""));
        assert_eq!(worst.calls, 1, "one answers");
    }

    /// Its reply is what was reserved for the call, in tokens.
    struct TellsRoom;

    impl Model for TellsRoom {
        fn id(&self) -> &'static str {
            "y/room"
        }
        fn count_tokens(&self, _: &str) -> u32 {
            0
        }
        fn accepts(&self, _: &[Clause]) -> Result<(), ModelError> {
            Ok(())
        }
        fn has_price(&self) -> bool {
            true
        }
        fn worst_case(&self, _: &Request) -> Usage {
            Usage { calls: 1, input_tokens: 300, output_tokens: 700, ..Usage::default() }
        }
        fn call<'a>(
            &'a self,
            request: &'a Request,
            _: mpsc::Sender<Clean>,
            _: CancellationToken,
        ) -> BoxFuture<'a, Result<Response, ModelError>> {
            let told = request.reserved.map_or("whatever".to_owned(), |left| left.tokens().to_string());
            Box::pin(async move { Ok(Response::reply(told, Usage::default())) })
        }
    }

    #[tokio::test]
    async fn the_call_is_reserved_once_and_what_a_failing_one_took_is_missing_to_the_next() {
        let down = |error| Says::error("x/down", error);
        let silent = || ModelError::Provider("x/down: no sign of life".into());
        let paid = Usage { calls: 1, input_tokens: 150, output_tokens: 50, ..Usage::default() };
        let charged = ModelError::Spent { error: Box::new(silent()), usage: paid };
        let bounded = |chain: &dyn Model| {
            let request = request_of("x/down", "design", 1, "");
            Request { reserved: Some(chain.worst_case(&request)), ..request }
        };
        for (error, room) in [(silent(), "1000"), (charged, "800")] {
            let chain = Fallback::chain(down(error), vec![Arc::new(TellsRoom)]);
            let request = bounded(chain.as_ref());
            assert_eq!(request.reserved.map(|worst| (worst.calls, worst.tokens())), Some((1, 1000)));
            assert_eq!(collect(chain.as_ref(), &request).await.0.unwrap().text, room);
            let free = Request { reserved: None, ..request };
            assert_eq!(collect(chain.as_ref(), &free).await.0.unwrap().text, "whatever");
        }
    }

    #[tokio::test]
    async fn a_reply_that_is_no_good_is_not_asked_of_somebody_else() {
        let bad = Says::error("x/bad", ModelError::Reply("cut".into()));
        let chain = Fallback::chain(bad, vec![Says::text("y/up", "{}")]);
        let (response, _) = collect(chain.as_ref(), &request_of("x/bad", "design", 1, "")).await;
        assert!(matches!(response, Err(ModelError::Reply(_))));
    }

    #[tokio::test]
    async fn when_nobody_can_answer_every_reason_is_told() {
        let one = Says::error("x/down", ModelError::Provider("x/down: no connection.".into()));
        let two = Says::error("y/key", ModelError::Key("y/key: set Y_KEY.".into()));
        let chain = Fallback::chain(one, vec![two]);
        let error = collect(chain.as_ref(), &request_of("x/down", "design", 1, "")).await.0.unwrap_err();
        assert!(matches!(error, ModelError::Key(_)));
        assert_eq!(error.to_string(), "x/down: no connection. Then y/key: set Y_KEY.");
    }

    #[test]
    fn the_persona_that_leads_decides_who_is_asked() {
        let own = BTreeMap::from([("developer".to_owned(), Says::text("x/strong", ""))]);
        let models = Assigned::new(Says::text("x/cheap", ""), own);
        let ids = |names: &[&str]| names.iter().map(|n| PersonaId::new(*n).unwrap()).collect::<Vec<_>>();
        assert_eq!(models.of(&ids(&["developer", "tester"])).id(), "x/strong");
        assert_eq!(models.of(&ids(&["tester", "developer"])).id(), "x/cheap");
        assert_eq!(models.of(&[]).id(), "x/cheap");
    }
}
