package org.qpsmtpd.deploy;

import java.util.Collection;
import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.bundle.CollisionHook;

/**
 * Lets this bundle install what has the name and the version of a bundle that is there: a rebuilt
 * jar runs beside its predecessor. In a framework that is told {@code
 * org.osgi.framework.bsnversion=multiple} nobody asks; a host such as Karaf asks, and others keep
 * its rule.
 *
 * @param installer who may
 */
record SideBySide(Bundle installer) implements CollisionHook {
    @Override
    public void filterCollisions(int operation, Bundle target, Collection<Bundle> collisions) {
        if (operation == INSTALLING && target.equals(installer)) {
            collisions.clear();
        }
    }
}
