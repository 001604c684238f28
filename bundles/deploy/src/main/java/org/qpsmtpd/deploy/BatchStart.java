package org.qpsmtpd.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.qpsmtpd.deploy.DeployedBundle.Stage;
import org.qpsmtpd.deploy.JarFault.Kind;
import org.qpsmtpd.deploy.Roster.Decision;

/**
 * Resolves the bundles that came together, so that they may need each other, and starts each on a
 * thread of its own. Used by the executor's one thread alone.
 */
final class BatchStart {
    private static final String TOUCH = "mend the jar, or touch it to have it tried again";
    private static final String COMPLETE =
            "put what it needs into the deploy folder, or build it for what is there";

    private final Roster roster;
    private final Departures departures;
    private final Refusals refusals;
    private final Executor executor;
    private final Runnable renew;
    private final BundleStart starter;
    private final ResolverReport report;
    private final FrameworkWiring wiring;

    /**
     * Makes it.
     *
     * @param renew asks the engine for a new set of plugins
     */
    BatchStart(
            BundleContext context,
            Roster roster,
            Departures departures,
            Refusals refusals,
            Executor executor,
            Runnable renew,
            Duration limit) {
        this.roster = roster;
        this.departures = departures;
        this.refusals = refusals;
        this.executor = executor;
        this.renew = renew;
        this.starter = new BundleStart(limit);
        this.report = new ResolverReport(context);
        this.wiring =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /** A bundle to start, and why its jar was refused before, if it was and is only tried again. */
    record Candidate(DeployedBundle bundle, Optional<JarFault> before) {}

    /**
     * Starts bundles.
     *
     * @return completes when each has started or failed
     */
    CompletableFuture<Void> start(List<Candidate> batch) {
        wiring.resolveBundles(
                batch.stream().map(candidate -> candidate.bundle().bundle()).toList());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Candidate candidate : batch) {
            all.add(start(candidate));
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    }

    private CompletableFuture<Void> start(Candidate candidate) {
        DeployedBundle deployed = candidate.bundle();
        Bundle bundle = deployed.bundle();
        if (bundle.getState() != Bundle.INSTALLED) {
            return startResolved(deployed);
        }
        String missing = deployed.isFragment() ? report.missing(bundle) : report.of(bundle);
        if (missing.isEmpty()) {
            started(deployed);
        } else {
            JarFault fault = new JarFault(Kind.UNRESOLVED, missing, COMPLETE);
            refusals.refuse(deployed, fault, candidate.before());
        }
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> startResolved(DeployedBundle deployed) {
        if (deployed.isFragment()) {
            started(deployed);
            return CompletableFuture.completedFuture(null);
        }
        return starter.start(deployed.bundle())
                .thenAcceptAsync(failure -> ended(deployed, failure), executor);
    }

    private void ended(DeployedBundle bundle, @Nullable Throwable failure) {
        if (failure == null) {
            started(bundle);
        } else if (roster.find(bundle.bundle()).isPresent()) {
            String reason = starter.reason(failure);
            JarFault fault = new JarFault(Kind.UNFIT, reason, TOUCH);
            refusals.refuse(bundle, fault, Optional.empty());
        }
    }

    private void started(DeployedBundle bundle) {
        Decision<Boolean> started = roster.started(bundle);
        if (!started.found()) {
            return;
        }
        departures.leave(started.leaving());
        if (bundle.stage() == Stage.RUNNING) {
            refusals.withdraw(bundle);
        }
        renew.run();
    }
}
