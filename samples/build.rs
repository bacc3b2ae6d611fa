//! Builds the sample workbooks from their text sources: `cargo run --example build-samples`.

#[path = "../tests/support/markdown_workbook.rs"]
mod markdown_workbook;
#[path = "../tests/support/samples.rs"]
mod samples;

fn main() -> std::io::Result<()> {
    for (name, bytes) in samples::build() {
        std::fs::write(samples::path(&name), bytes)?;
        println!("samples/{name}");
    }
    Ok(())
}
