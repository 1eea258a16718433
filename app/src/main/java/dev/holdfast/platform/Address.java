package dev.holdfast.platform;

/// Where a parcel goes. `address2` and `state` may be null; `country` is an ISO 3166-1 alpha-2 code.
public record Address(
        String name, String address1, String address2, String city, String state, String zip, String country) {}
