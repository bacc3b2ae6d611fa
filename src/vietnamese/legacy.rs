//! TCVN3 and VNI, the encodings before Unicode.

/// What a font says about the encoding of its texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// Nothing: the text itself must tell.
    #[default]
    Unknown,
    /// TCVN3 (ABC): fonts `.VnTime`, `.VnArial` and their like.
    Tcvn3,
    /// TCVN3 in a font of capitals: `.VnTimeH`.
    Tcvn3Upper,
    /// VNI-Windows: fonts `VNI-Times` and their like.
    Vni,
}

impl Charset {
    /// The encoding that goes with a font's name.
    pub fn of_font(_name: &str) -> Self {
        Self::Unknown
    }
}
