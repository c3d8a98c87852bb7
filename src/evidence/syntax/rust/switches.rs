
// It is put into somebody else's crate, whose own lints (`#![deny(warnings)]`, say) must not stop the instrumented build.
// (`reason = …` needs Rust 1.81, and the crate may be built by an older one.)
#[doc(hidden)]
#[allow(dead_code, unused_imports, missing_docs, clippy::all)]
pub mod __g1 {
    use std::sync::OnceLock;
    /// True when this switch is the one that is off. Says once for each process that it was come by.
    pub fn off(number: u32) -> bool {
        static OFF: OnceLock<u32> = OnceLock::new();
        static SEEN: OnceLock<std::sync::Mutex<Vec<u32>>> = OnceLock::new();
        if let Some(path) = std::env::var_os("G1_REACHED") {
            let seen = SEEN.get_or_init(Default::default);
            let mut seen = seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if !seen.contains(&number) {
                seen.push(number);
                use std::io::Write;
                if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path) {
                    let _ = file.write_all(format!("{number}\n").as_bytes());
                }
            }
        }
        *OFF.get_or_init(|| std::env::var("G1_OFF").ok().and_then(|text| text.parse().ok()).unwrap_or(0)) == number
    }
    /// What a function that does nothing returns.
    pub trait Neutral {
        fn neutral() -> Self;
    }
    macro_rules! plain { ($($t:ty),*) => { $(impl Neutral for $t { fn neutral() -> Self { Default::default() } })* } }
    plain!((), bool, char, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, String, &str);
    impl<T> Neutral for Option<T> { fn neutral() -> Self { None } }
    impl<T> Neutral for Vec<T> { fn neutral() -> Self { Vec::new() } }
    impl<T: Neutral, E> Neutral for Result<T, E> { fn neutral() -> Self { Ok(T::neutral()) } }
    impl<T: Neutral> Neutral for Box<T> { fn neutral() -> Self { Box::new(T::neutral()) } }
    impl<T: Neutral> Neutral for std::rc::Rc<T> { fn neutral() -> Self { std::rc::Rc::new(T::neutral()) } }
    impl<T: Neutral> Neutral for std::sync::Arc<T> { fn neutral() -> Self { std::sync::Arc::new(T::neutral()) } }
    impl<A: Neutral, B: Neutral> Neutral for (A, B) { fn neutral() -> Self { (A::neutral(), B::neutral()) } }
    impl<A: Neutral, B: Neutral, C: Neutral> Neutral for (A, B, C) {
        fn neutral() -> Self { (A::neutral(), B::neutral(), C::neutral()) }
    }
    impl<A: Neutral, B: Neutral, C: Neutral, D: Neutral> Neutral for (A, B, C, D) {
        fn neutral() -> Self { (A::neutral(), B::neutral(), C::neutral(), D::neutral()) }
    }
    /// Finds the best there is for a type: neutral, else its default, else nothing.
    pub struct Probe<T>(std::marker::PhantomData<T>);
    impl<T> Probe<T> { pub fn new() -> Self { Probe(std::marker::PhantomData) } }
    pub trait A<T> { fn value(&self) -> T; }
    pub trait B<T> { fn value(&self) -> T; }
    pub trait C<T> { fn value(&self) -> T; }
    impl<T: Neutral> A<T> for &&Probe<T> { fn value(&self) -> T { T::neutral() } }
    impl<T: Default> B<T> for &Probe<T> { fn value(&self) -> T { T::default() } }
    impl<T> C<T> for Probe<T> {
        fn value(&self) -> T { panic!("G1: nothing neutral can be returned for {}", std::any::type_name::<T>()) }
    }
}
