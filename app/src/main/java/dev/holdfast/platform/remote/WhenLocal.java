package dev.holdfast.platform.remote;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a class that ties a service to others: it is there when that service runs in this process, whatever package
/// the class lies in.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface WhenLocal {
    Role value();
}
