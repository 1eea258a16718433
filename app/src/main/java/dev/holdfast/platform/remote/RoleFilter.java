package dev.holdfast.platform.remote;

import java.util.Arrays;
import java.util.Optional;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/// Leaves out, when the application looks for its parts, what belongs to roles that this process does not have.
final class RoleFilter extends TypeExcludeFilter {

    private static final String ROOT = "dev.holdfast.";

    private final Roles roles;

    RoleFilter(Roles roles) {
        this.roles = roles;
    }

    /// @return whether to leave it out
    @Override
    public boolean match(MetadataReader type, MetadataReaderFactory factory) {
        var annotations = type.getAnnotationMetadata().getAnnotations();
        var tied = annotations.get(WhenLocal.class);
        if (tied.isPresent()) {
            return !roles.isLocal(tied.getEnum("value", Role.class));
        }
        var role = roleOf(type.getClassMetadata().getClassName());
        if (role.isEmpty()) {
            return false;
        }
        return annotations.isPresent(WhenElsewhere.class)
                ? !roles.elsewhere().contains(role.get())
                : !roles.isLocal(role.get());
    }

    private static Optional<Role> roleOf(String className) {
        if (!className.startsWith(ROOT)) {
            return Optional.empty();
        }
        var rest = className.substring(ROOT.length());
        var dot = rest.indexOf('.');
        var first = dot < 0 ? "" : rest.substring(0, dot);
        return Arrays.stream(Role.values())
                .filter(role -> role.packages().contains(first))
                .findFirst();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RoleFilter filter && filter.roles.toString().equals(roles.toString());
    }

    @Override
    public int hashCode() {
        return roles.toString().hashCode();
    }
}
