// In this folder so that the app's own folder, where we look for its packages, is one with our package in it.
import '../../apps/startup-app.mjs';
