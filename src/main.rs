fn main() {
    g1::evidence::sandbox::main_if_child();
}
