package dev.holdfast.platform.remote;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a class of a service's package: it is there when that service does not run in this process and is needed by
/// one that does. All other classes of the package are there when the service runs here.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface WhenElsewhere {}
