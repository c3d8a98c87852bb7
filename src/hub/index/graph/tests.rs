use super::*;

const DIM: usize = 24;

/// A small deterministic generator: no two calls of the suite depend on each other.
fn vectors(n: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / 8_388_608.0) - 1.0
    };
    (0..n).map(|_| (0..DIM).map(|_| next()).collect()).collect()
}

fn filled(index: &mut dyn VectorIndex, vectors: &[Vec<f32>]) {
    for (n, vector) in vectors.iter().enumerate() {
        index.put(&format!("{n:04}"), vector).unwrap();
    }
}

fn ids(found: &[(String, f32)]) -> Vec<&str> {
    found.iter().map(|(id, _)| id.as_str()).collect()
}

fn conforms(index: &mut dyn VectorIndex) {
    let bad = [vec![1.0; DIM + 1], vec![f32::NAN; DIM], vec![f32::INFINITY; DIM], vec![0.0; DIM]];
    for vector in &bad {
        assert!(index.put("bad", vector).is_err());
        assert!(index.nearest(vector, 3, &|_| true).is_err());
    }
    assert!(index.is_empty());
    assert_eq!(index.nearest(&vectors(1, 9)[0], 3, &|_| true).unwrap(), []);
    let data = vectors(60, 1);
    filled(index, &data);
    for (n, vector) in data.iter().enumerate() {
        let found = index.nearest(vector, 3, &|_| true).unwrap();
        assert_eq!(found[0].0, format!("{n:04}"));
        assert!((found[0].1 - 1.0).abs() < 1e-5);
    }
    assert_eq!(index.nearest(&data[0], 0, &|_| true).unwrap(), []);
    assert_eq!(index.nearest(&data[0], 100, &|_| true).unwrap().len(), 60, "never fewer than there are");
    assert_eq!(ids(&index.nearest(&data[0], 5, &|id| id == "0042").unwrap()), ["0042"]);
    assert!(index.remove("0000"));
    assert!(!index.remove("0000"));
    assert_ne!(index.nearest(&data[0], 1, &|_| true).unwrap()[0].0, "0000");
    index.put("0001", &data[0]).unwrap();
    assert_eq!(index.nearest(&data[0], 1, &|_| true).unwrap()[0].0, "0001", "an update replaces");
    assert_ne!(index.nearest(&data[1], 1, &|_| true).unwrap()[0].0, "0001");
    assert_eq!(index.len(), 59);
}

#[test]
fn every_index_conforms() {
    conforms(&mut Flat::new(DIM));
    conforms(&mut Adaptive::with_switch(DIM, 1_000_000));
    conforms(&mut Adaptive::with_switch(DIM, 1));
    conforms(&mut Adaptive::with_switch(DIM, 30));
}

#[test]
fn the_graph_finds_what_the_scan_finds() {
    let data = vectors(400, 3);
    let (mut flat, mut graph) = (Flat::new(DIM), Adaptive::with_switch(DIM, 100));
    filled(&mut flat, &data);
    filled(&mut graph, &data);
    assert!(graph.graph.is_some());
    let mut same = 0;
    for query in vectors(50, 4) {
        let exact = flat.nearest(&query, 10, &|_| true).unwrap();
        let found = graph.nearest(&query, 10, &|_| true).unwrap();
        same += ids(&found).iter().filter(|id| ids(&exact).contains(id)).count();
    }
    assert!(same >= 490, "recall {same}/500");
}

#[test]
fn a_clique_of_identical_vectors_hides_nothing() {
    let mut graph = Adaptive::with_switch(DIM, 10);
    let same = vectors(1, 5).remove(0);
    for n in 0..300 {
        graph.put(&format!("same-{n:03}"), &same).unwrap();
    }
    let distinct = vectors(50, 6);
    filled(&mut graph, &distinct);
    for (n, vector) in distinct.iter().enumerate() {
        assert_eq!(graph.nearest(vector, 1, &|_| true).unwrap()[0].0, format!("{n:04}"));
    }
    assert_eq!(graph.nearest(&same, 5, &|_| true).unwrap().len(), 5);
}

#[test]
fn two_histories_of_the_same_documents_answer_alike() {
    let data = vectors(300, 7);
    let (mut one, mut two) = (Adaptive::with_switch(DIM, 50), Adaptive::with_switch(DIM, 300));
    filled(&mut one, &data);
    filled(&mut two, &data);
    for query in vectors(20, 8) {
        let keep = |id: &str| id.ends_with('7');
        assert_eq!(one.nearest(&query, 3, &keep).unwrap(), two.nearest(&query, 3, &keep).unwrap());
    }
}

#[test]
fn removing_most_of_a_graph_rebuilds_it() {
    let data = vectors(200, 10);
    let mut graph = Adaptive::with_switch(DIM, 20);
    filled(&mut graph, &data);
    for n in 0..170 {
        assert!(graph.remove(&format!("{n:04}")));
    }
    let inner = graph.graph.as_ref().unwrap();
    assert!(inner.nodes.len() < 60 && !inner.worn());
    assert_eq!(graph.nearest(&data[180], 30, &|_| true).unwrap().len(), 30);
}
