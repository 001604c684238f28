/**
 * The deploy folder: what lies in it is checked, copied, installed and started beside its
 * predecessor, and handed to the engine's gate.
 */
@NullMarked
package org.qpsmtpd.deploy;

import org.jspecify.annotations.NullMarked;
