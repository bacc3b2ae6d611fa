//! What each stage of a render costs: read, check, compile, fill, write.

fn main() {
    divan::main();
}
