use super::*;
use serde::Deserialize;

/// What the reference implementation makes of a text, with the weights that were not reduced.
#[derive(Deserialize)]
struct Reference {
    text: String,
    ids: Vec<u32>,
    vector: Vec<f32>,
}

fn references() -> Vec<Reference> {
    serde_json::from_str(include_str!("../../../../tests/fixtures/encoder.json")).unwrap()
}

fn similar(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn texts_become_the_pieces_of_the_reference() {
    for reference in references() {
        assert_eq!(shared().unwrap().tokens.ids(&reference.text), reference.ids, "{}", reference.text);
    }
}

#[test]
fn vectors_are_those_of_the_reference_but_for_the_rounding() {
    for reference in references() {
        let vector = shared().unwrap().one(&reference.text);
        assert_eq!(vector.len(), shared().unwrap().dimension());
        assert!((similar(&vector, &vector) - 1.0).abs() < 1e-4);
        let cosine = similar(&vector, &reference.vector);
        assert!(cosine > 0.985, "{cosine}: {}", reference.text);
    }
}

#[test]
fn what_means_the_same_is_near() {
    let encoder = shared().unwrap();
    let [ask, right, wrong] = ["How do people get their money back?", "Customers may ask for a refund.", "Cats sleep."]
        .map(|text| encoder.one(text));
    assert!(similar(&ask, &right) > similar(&ask, &wrong) + 0.2);
}

#[test]
fn many_are_the_same_as_one_by_one() {
    let encoder = shared().unwrap();
    let texts = ["a", "", "A clerk enters orders.", "\u{0}\u{301}", "東京"];
    let many = encoder.encode(&texts);
    for (text, vector) in texts.iter().zip(&many) {
        assert_eq!(*vector, encoder.one(text));
        assert!(vector.iter().all(|x| x.is_finite()));
    }
    assert!(encoder.encode(&[]).is_empty());
}
