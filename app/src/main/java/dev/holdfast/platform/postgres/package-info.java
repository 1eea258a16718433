/// PostgreSQL itself, from its own binaries, started, kept running and shut down by the server: what a laptop or a
/// single machine needs and nothing to install. With an address configured the package is not used at all.
package dev.holdfast.platform.postgres;
