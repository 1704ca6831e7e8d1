package dev.runyard.service.boot;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The lab's configuration for injection. */
final class LabBeans {
    LabBeans() {}

    @Produces
    @Singleton
    @Unremovable
    static LabConfig labConfig() {
        Config config = ConfigProvider.getConfig();
        return LabConfig.read(name -> config.getOptionalValue(name, String.class));
    }
}
