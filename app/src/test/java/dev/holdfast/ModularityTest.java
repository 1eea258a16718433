package dev.holdfast;

import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/// The packages of the system and who may use whom.
class ModularityTest {

    @Test
    void packages_use_only_what_they_may_and_have_no_cycle() {
        ApplicationModules.of(HoldfastApplication.class, new ImportOption.DoNotIncludeTests())
                .verify();
    }
}
