//! Which addresses belong to everybody. What leads back to this machine or into the network around
//! it does not, however it is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is set apart for a purpose (IANA's registry of special addresses): network and length.
const SPECIAL: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by a provider's customers
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // this machine
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // this link, and the metadata of clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocols
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24), // relays of multicast
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays of 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 3),     // multicast, reserved, everybody
];

/// The part of version 6 that is given out to the public.
const GLOBAL: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// What is set apart of it.
const SPECIAL_6: [(Ipv6Addr, u32); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocols, Teredo, benchmarks
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];
/// What translates into version 4, whose address is in the last 32 bits.
const TRANSLATED: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
/// What is carried in packets of version 4, whose address follows these bits.
const CARRIED: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);

/// Whether an address is one that anybody may have, and anybody may ask.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_4(v4.to_bits()),
        IpAddr::V6(v6) => is_public_6(v6.to_bits()),
    }
}

fn is_public_4(address: u32) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| {
        (address ^ network.to_bits()).checked_shr(32 - bits) == Some(0)
    };
    !SPECIAL.iter().any(within)
}

fn is_public_6(address: u128) -> bool {
    let within = |(network, bits): &(Ipv6Addr, u32)| {
        (address ^ network.to_bits()).checked_shr(128 - bits) == Some(0)
    };
    let part = |shift: u32| u32::try_from(address >> shift & u128::from(u32::MAX)).unwrap_or(0);
    if within(&TRANSLATED) {
        return is_public_4(part(0));
    }
    if within(&CARRIED) {
        return is_public_4(part(80));
    }
    within(&GLOBAL) && !SPECIAL_6.iter().any(within)
}
