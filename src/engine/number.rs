//! Conversions between number types: the only file in which `as` narrows or rounds.

/// A row number as an index.
#[inline]
pub const fn index(row: u32) -> usize {
    row as usize
}

/// A 64-bit count as an index.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "64-bit platforms only, asserted below")]
pub const fn place(count: u64) -> usize {
    count as usize
}

const _: () = assert!(size_of::<usize>() == 8);

/// An index as a row number; panics beyond 32 bits.
#[inline]
pub fn row(index: usize) -> u32 {
    u32::try_from(index).expect("a table has fewer than 2^32 rows")
}

/// An index as a small row number; panics beyond 16 bits.
#[inline]
pub fn short(index: usize) -> u16 {
    u16::try_from(index).expect("a small table has fewer than 2^16 rows")
}

/// An index as a node number; panics beyond 8 bits.
#[inline]
pub fn byte(index: usize) -> u8 {
    u8::try_from(index).expect("a world has fewer than 256 nodes")
}

/// A count as a 64-bit number.
#[inline]
pub const fn count(count: usize) -> u64 {
    count as u64
}

/// The low 32 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
pub const fn low(bits: u64) -> u32 {
    bits as u32
}

/// The low 8 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the low byte is what is asked for")]
pub const fn low8(bits: u32) -> u8 {
    bits as u8
}

/// The low 64 bits of a product.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
pub const fn low64(bits: u128) -> u64 {
    bits as u64
}

/// A whole number as a float, rounded to nearest beyond 2^53.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "rounding to nearest is meant")]
pub const fn float(whole: u64) -> f64 {
    whole as f64
}

/// A float rounded to the nearest whole number; negative and NaN are 0, too large is `u64::MAX`.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub fn whole(float: f64) -> u64 {
    (float + 0.5) as u64
}

/// A float rounded towards zero, saturating.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub fn floor(float: f64) -> u64 {
    float as u64
}

/// A float rounded to the nearest coordinate of a picture, saturating; NaN is 0.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
pub fn pixel(float: f64) -> i32 {
    float.round() as i32
}

/// The next serial number; after `u32::MAX` comes 0.
#[inline]
pub fn next(serial: u32) -> u32 {
    serial.wrapping_add(1)
}

/// Whether serial number `one` is later than `other`, over the shorter way round (RFC 1982).
#[inline]
pub fn later(one: u32, other: u32) -> bool {
    one.wrapping_sub(other).wrapping_sub(1) < u32::MAX >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_saturate() {
        assert_eq!([whole(-1.0), whole(f64::NAN), whole(1e30)], [0, 0, u64::MAX]);
        assert_eq!([whole(1.4), whole(1.5), floor(1.9)], [1, 2, 1]);
    }

    #[test]
    fn serial_numbers_go_round() {
        assert_eq!(next(u32::MAX), 0);
        assert!(later(1, 0) && later(0, u32::MAX) && later(5, u32::MAX - 5));
        assert!(!later(0, 0) && !later(0, 1) && !later(u32::MAX, 0));
    }
}
