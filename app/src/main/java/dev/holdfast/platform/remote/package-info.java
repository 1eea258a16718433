/// Services in processes of their own: which run here, how the others are asked, and how this process answers.
///
/// A service's API is a plain Java interface. In one process it is the service itself; apart, it is a proxy over
/// [dev.holdfast.platform.remote.RemoteService], which carries [dev.holdfast.platform.remote.Operation]s to the
/// other process's [dev.holdfast.platform.remote.Offer].
package dev.holdfast.platform.remote;
