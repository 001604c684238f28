/**
 * Building and publishing sets of plugins: what the bundles offer, what {@code config/plugins} and
 * configurations name, the instances made of it, and the generation that new sessions get.
 */
@NullMarked
package org.qpsmtpd.core.generation;

import org.jspecify.annotations.NullMarked;
