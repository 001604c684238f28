package org.qpsmtpd.deploy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.hooks.weaving.WeavingHook;

/** Activators of the bundles that tests deploy; they run in class loaders of their own. */
final class Activators {
    private Activators() {}

    /** Does nothing. */
    public static final class Idle implements BundleActivator {
        @Override
        public void start(BundleContext context) {}

        @Override
        public void stop(BundleContext context) {}
    }

    /** Would change the classes of all bundles. */
    public static final class Weaver implements BundleActivator {
        @Override
        public void start(BundleContext context) {
            context.registerService(WeavingHook.class, type -> {}, null);
        }

        @Override
        public void stop(BundleContext context) {}
    }

    /** Fails. */
    public static final class Throwing implements BundleActivator {
        @Override
        public void start(BundleContext context) {
            throw new IllegalStateException("no table");
        }

        @Override
        public void stop(BundleContext context) {}
    }

    /** Never comes back, unless it is interrupted. */
    public static final class Hanging implements BundleActivator {
        @Override
        public void start(BundleContext context) throws InterruptedException {
            new CountDownLatch(1).await();
        }

        @Override
        public void stop(BundleContext context) {}
    }

    /** Never comes back, not even when it is interrupted, until the test lets it. */
    public static final class Stubborn implements BundleActivator {
        static final String GIVE_UP = "org.qpsmtpd.deploy.give_up";

        @Override
        public void start(BundleContext context) {
            while (!"yes".equals(System.getProperty(GIVE_UP))) {
                LockSupport.parkNanos(1_000_000);
                boolean unused = Thread.interrupted();
            }
        }

        @Override
        public void stop(BundleContext context) {}
    }
}
