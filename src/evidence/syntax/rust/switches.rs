
// It is put into somebody else's crate, whose own lints (`#![deny(warnings)]`, say) must not stop the instrumented build.
// (`reason = …` needs Rust 1.81, and the crate may be built by an older one.)
#[doc(hidden)]
#[allow(dead_code, unused_imports, missing_docs, clippy::all)]
pub mod __g1 {
    use std::sync::OnceLock;
    /// True when this switch is the one that is off.
    pub fn off(number: u32) -> bool {
        static OFF: OnceLock<u32> = OnceLock::new();
        *OFF.get_or_init(|| std::env::var("G1_OFF").ok().and_then(|text| text.parse().ok()).unwrap_or(0)) == number
    }
    /// Says that this process comes by a marked line, once for every test that is running. Where the places cannot be
    /// opened, nobody measures.
    pub fn reached(file: u32, line: u32) {
        use std::{collections::HashSet, fs::{File, OpenOptions}, io::Write, os::unix::fs::FileExt, sync::Mutex};
        static PLACES: OnceLock<Option<(File, File)>> = OnceLock::new();
        static SEEN: OnceLock<Mutex<HashSet<(String, u32, u32)>>> = OnceLock::new();
        let places = PLACES.get_or_init(|| {
            let out = OpenOptions::new().create(true).append(true).open("{reached}").ok()?;
            let now = OpenOptions::new().read(true).append(true).create(true).open("{now}").ok()?;
            Some((out, now))
        });
        let Some((mut out, now)) = places.as_ref().map(|(out, now)| (out, now)) else { return };
        let mut text = [0; 64];
        let length = now.read_at(&mut text, 0).unwrap_or(0);
        let window = String::from_utf8_lossy(&text[..length]).trim().to_string();
        let mut seen = SEEN.get_or_init(Default::default).lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if seen.insert((window.clone(), file, line)) {
            let said = format!("r\t{}\t{window}\t{file}\t{line}\n", std::process::id());
            let _ = out.write_all(said.as_bytes());
        }
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
