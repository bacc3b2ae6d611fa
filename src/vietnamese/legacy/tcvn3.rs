//! TCVN3 (ABC): TCVN 5712:1993 VN3, as the fonts `.Vn*` draw it. One character stands for one letter.
//!
//! Only seven letters have capitals of their own; an accented capital is a lower-case letter in a font of capitals, or a plain
//! capital followed by the lower-case letter. Agreed by libvnconv, xvnkb, vietunicode, glibc and two converters.

/// Characters as a file holds them and the letters that the fonts draw, in order.
#[rustfmt::skip]
pub(super) const LETTERS: [(char, char); 74] = [
    ('¡', 'Ă'), ('¢', 'Â'), ('£', 'Ê'), ('¤', 'Ô'), ('¥', 'Ơ'), ('¦', 'Ư'),
    ('§', 'Đ'), ('¨', 'ă'), ('©', 'â'), ('ª', 'ê'), ('«', 'ô'), ('¬', 'ơ'),
    ('\u{ad}', 'ư'), ('®', 'đ'), ('µ', 'à'), ('¶', 'ả'), ('·', 'ã'), ('¸', 'á'),
    ('¹', 'ạ'), ('»', 'ằ'), ('¼', 'ẳ'), ('½', 'ẵ'), ('¾', 'ắ'), ('Æ', 'ặ'),
    ('Ç', 'ầ'), ('È', 'ẩ'), ('É', 'ẫ'), ('Ê', 'ấ'), ('Ë', 'ậ'), ('Ì', 'è'),
    ('Î', 'ẻ'), ('Ï', 'ẽ'), ('Ð', 'é'), ('Ñ', 'ẹ'), ('Ò', 'ề'), ('Ó', 'ể'),
    ('Ô', 'ễ'), ('Õ', 'ế'), ('Ö', 'ệ'), ('×', 'ì'), ('Ø', 'ỉ'), ('Ü', 'ĩ'),
    ('Ý', 'í'), ('Þ', 'ị'), ('ß', 'ò'), ('á', 'ỏ'), ('â', 'õ'), ('ã', 'ó'),
    ('ä', 'ọ'), ('å', 'ồ'), ('æ', 'ổ'), ('ç', 'ỗ'), ('è', 'ố'), ('é', 'ộ'),
    ('ê', 'ờ'), ('ë', 'ở'), ('ì', 'ỡ'), ('í', 'ớ'), ('î', 'ợ'), ('ï', 'ù'),
    ('ñ', 'ủ'), ('ò', 'ũ'), ('ó', 'ú'), ('ô', 'ụ'), ('õ', 'ừ'), ('ö', 'ử'),
    ('÷', 'ữ'), ('ø', 'ứ'), ('ù', 'ự'), ('ú', 'ỳ'), ('û', 'ỷ'), ('ü', 'ỹ'),
    ('ý', 'ý'), ('þ', 'ỵ'),
];
