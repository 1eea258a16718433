package dev.holdfast.platform.remote;

import java.util.List;

/// Offers that are the same for several roles, as one bean. Those of roles that do not run here are left out.
@FunctionalInterface
public interface Offers {

    List<Offer> all();
}
