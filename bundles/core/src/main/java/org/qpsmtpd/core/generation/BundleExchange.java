package org.qpsmtpd.core.generation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.gate.Gate;

/**
 * Stands between the one source of exchanged bundles and the servers of the framework, which may
 * come and go. A bundle is accepted for the source when every server has accepted it, and released
 * when none holds it any more.
 *
 * <p>Servers build their sets of plugins one after the other, see {@link Share#turn}: the source
 * takes each question for what is wanted as the end of the attempt before.
 */
public final class BundleExchange implements Gate {
    private final List<Share> shares = new CopyOnWriteArrayList<>();
    private final ReentrantLock turn = new ReentrantLock();
    private final Set<Bundle> known = new HashSet<>();
    private final Set<Bundle> settled = new HashSet<>();
    private Set<Bundle> wanted = Set.of();
    private volatile @Nullable BundleSource source;

    /** One server's part. Used by one thread at a time. */
    public final class Share {
        private final Runnable renew;
        private final Set<Bundle> held = new HashSet<>();
        private @Nullable Set<Bundle> agreed;

        private Share(Runnable renew) {
            this.renew = renew;
        }

        /** Must be held from {@link #wanted} until the attempt is over. */
        ReentrantLock turn() {
            return turn;
        }

        /** What the source wants; from now on it is held until it is released. */
        List<Bundle> wanted() {
            synchronized (BundleExchange.this) {
                List<Bundle> bundles = ask();
                held.addAll(bundles);
                return bundles;
            }
        }

        /** Whether the bundle cannot be refused here, since other servers serve with it. */
        boolean isSettledElsewhere(Bundle bundle) {
            synchronized (BundleExchange.this) {
                return settled.contains(bundle)
                        && shares.stream().anyMatch(other -> other != this && other.has(bundle));
            }
        }

        private boolean has(Bundle bundle) {
            Set<Bundle> mine = agreed;
            return mine != null && mine.contains(bundle);
        }

        private boolean hasAll(Collection<Bundle> bundles) {
            return bundles.stream().allMatch(this::has);
        }

        /** Gives a bundle back, for all servers. */
        void refuse(Bundle bundle, String reason) {
            BundleSource from = source;
            if (from == null) {
                return;
            }
            boolean taken;
            synchronized (BundleExchange.this) {
                settled.remove(bundle);
                taken = shares.stream().anyMatch(other -> other != this && other.has(bundle));
                from.refuse(bundle, reason);
            }
            if (taken) {
                others().forEach(other -> other.renew.run());
            }
        }

        private List<Share> others() {
            return shares.stream().filter(other -> other != this).toList();
        }

        /** The configuration has changed, so that bundles may fit that did not. */
        void reconsider() {
            synchronized (BundleExchange.this) {
                BundleSource from = source;
                if (from != null) {
                    from.reconsider();
                }
            }
        }

        /** New sessions of this server have these. */
        void accepted(List<Bundle> bundles) {
            synchronized (BundleExchange.this) {
                agreed = Set.copyOf(bundles);
                settle(bundles);
            }
        }

        /** No session of this server uses the bundle any more. */
        void release(Bundle bundle) {
            synchronized (BundleExchange.this) {
                held.remove(bundle);
                sweep();
            }
        }

        /** The exchanged bundles that this server has not released. */
        List<Bundle> held() {
            synchronized (BundleExchange.this) {
                return List.copyOf(held);
            }
        }

        /** The server has ended: it holds nothing and has nothing to say any more. */
        void leave() {
            synchronized (BundleExchange.this) {
                shares.remove(this);
                held.clear();
                if (shares.isEmpty()) {
                    ask(); // it may have been told of a change and ended before it asked
                } else {
                    settle(List.of());
                }
                sweep();
            }
        }
    }

    /** Takes up a server. */
    public Share join(Runnable renew) {
        Share share = new Share(renew);
        shares.add(share);
        return share;
    }

    /** The instances that files of the source configure. */
    List<ConfiguredInstance> configured() {
        BundleSource from = source;
        return from == null ? List.of() : from.configured();
    }

    /** The folder that the source reads by itself. */
    Optional<Path> folder() {
        BundleSource from = source;
        return from == null ? Optional.empty() : from.folder();
    }

    /** What the source wants in the place of a bundle. */
    Optional<Bundle> successor(Bundle bundle) {
        BundleSource from = source;
        return from == null ? Optional.empty() : from.successor(bundle);
    }

    /** Why the source does not have a plugin. */
    Optional<String> absence(String plugin) {
        BundleSource from = source;
        return from == null ? Optional.empty() : from.absence(plugin);
    }

    /** What of the source is not in use, a sentence each. */
    public List<String> refused() {
        BundleSource from = source;
        return from == null ? List.of() : from.refused();
    }

    /** What of the source will not be in use for ever, a sentence each. */
    public List<String> warnings() {
        BundleSource from = source;
        return from == null ? List.of() : from.warnings();
    }

    /** Sets where bundles come from, and has every server ask there. */
    public void setSource(BundleSource newSource) {
        source = newSource;
        shares.forEach(share -> share.renew.run());
    }

    @Override
    public void renew() {
        if (shares.isEmpty()) {
            synchronized (this) {
                ask();
                sweep();
            }
        }
        shares.forEach(share -> share.renew.run());
    }

    private List<Bundle> ask() {
        BundleSource from = source;
        List<Bundle> bundles = from == null ? List.of() : from.wanted();
        wanted = Set.copyOf(bundles);
        known.addAll(bundles);
        return bundles;
    }

    /** Tells the source what all servers have, or first what some have. */
    private void settle(Collection<Bundle> fresh) {
        BundleSource from = source;
        if (from == null) {
            return;
        }
        if (shares.stream().anyMatch(share -> !share.hasAll(fresh))) {
            from.taken(List.copyOf(fresh));
        }
        List<Bundle> common = new ArrayList<>(known);
        common.removeIf(bundle -> shares.stream().anyMatch(share -> !share.has(bundle)));
        settled.addAll(common);
        from.accepted(common);
        sweep();
    }

    /** The source takes only what has been replaced; it may be told more than once. */
    private void sweep() {
        BundleSource from = source;
        known.removeIf(bundle -> bundle.getState() == Bundle.UNINSTALLED);
        settled.retainAll(known);
        if (from == null) {
            return;
        }
        for (Bundle bundle : known) {
            boolean free = shares.stream().noneMatch(share -> share.held.contains(bundle));
            if (free && !wanted.contains(bundle)) {
                from.release(bundle);
            }
        }
    }
}
