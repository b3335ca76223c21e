/// The upper half of an IEEE 754 single.
enum BFloat16 {
  /// The nearest bfloat16, of two equally near ones the even one. A NaN stays one.
  static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(bits >> 16) | 0x40 }
    // The sum of a finite value's bits and the rounding cannot pass the sign: at most it becomes infinity.
    return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }
}

/// IEEE 754's half precision.
enum Half {
  static let infinity: UInt16 = 0x7c00

  /// The nearest half, of two equally near ones the even one; infinity from 65520 on. A NaN stays one.
  ///
  /// In integers, so that it is the same on processors with and without such an instruction.
  static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let size = value.bitPattern & 0x7fff_ffff
    if size >= 0x3880_0000 {
      if size > 0x7f80_0000 { return sign | 0x7e00 }
      if size >= 0x477f_f000 { return sign | infinity }
      // The exponent's bias is 112 less; 13 bits of the fraction go.
      return sign | UInt16((size - 0x3800_0000 + 0xfff + (size >> 13 & 1)) >> 13)
    }
    // Below 2^-14 in steps of 2^-24; at most half of one is none.
    if size <= 0x3300_0000 { return sign }
    let fraction = size & 0x7f_ffff | 0x80_0000
    let shift = 126 - size >> 23
    let (steps, rest, half) = (fraction >> shift, fraction & (1 << shift - 1), UInt32(1) << (shift - 1))
    return sign | UInt16(rest > half || rest == half && steps & 1 == 1 ? steps + 1 : steps)
  }
}
